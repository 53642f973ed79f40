"""What changes a price past its table's statements is noticed, and nobody who writes prices is stopped."""
# ruff: noqa: S608 - the text that goes into the statements is our own

import psycopg
import pytest

from include.market import PAIRS
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.stages import stage_named
from include.store.connection import alone
from include.store.prices.consent import Watch, watch_off, watch_on, watch_status
from include.store.prices.watch import ensure_watch, present_watch
from tests.store.history import MONTHS, SETTINGS, TABLES, hourly_closes, load_history

STAGE = stage_named("triangular_arbitrage")
NOON = "2024-02-13 12:00+00"
UPDATE = f"update bqx.m1_eurusd set close = 1.23 where time = '{NOON}'"
THROUGH_A_PARENT = f"update bqx.parent set close = 1.23 where time = '{NOON}'"
INSERT = (
    "insert into bqx.m1_eurusd (time, close) values ('2024-01-06 12:00+00', 1.1)"  # a Saturday: a new bar
)


def compute(database: str, run_id: str = "later") -> int:
    """Bring the first three months up to date; how many were computed."""
    return run_stage(database, Job(STAGE, MONTHS[:3], run_id), SETTINGS).computed


def status(database: str) -> Watch:
    found, _ = watch_status(database, SETTINGS)
    return found


def is_on(database: str) -> bool:
    return status(database).found.startswith("on, ")


@pytest.fixture
def _loaded(conn):
    load_history(conn, hourly_closes(1_500))


@pytest.fixture
def _watched(conn, database, _loaded):
    assert compute(database) == 3
    assert present_watch(conn, TABLES)


# each comes and goes between two runs, so that the second one finds everything as the first one has left it
VISITS = {
    "a parent with the same columns": "create table bqx.parent (like bqx.m1_eurusd including defaults);"
    f" alter table bqx.m1_eurusd inherit bqx.parent; {THROUGH_A_PARENT};"
    " alter table bqx.m1_eurusd no inherit bqx.parent; drop table bqx.parent",
    "a parent with another column only": "create table bqx.parent (open double precision);"
    " alter table bqx.m1_eurusd inherit bqx.parent; delete from bqx.parent;"
    " alter table bqx.m1_eurusd no inherit bqx.parent",
    "a partitioned table": "create table bqx.parent (like bqx.m1_eurusd) partition by range (time);"
    f" alter table bqx.parent attach partition bqx.m1_eurusd default; {THROUGH_A_PARENT};"
    " alter table bqx.parent detach partition bqx.m1_eurusd",
    "triggers that pg_class denies": "update pg_class set relhastriggers = false"
    f" where oid = 'bqx.m1_eurusd'::regclass; {UPDATE}; update pg_class set relhastriggers = true"
    " where oid = 'bqx.m1_eurusd'::regclass",
}


@pytest.mark.parametrize("visit", VISITS)
@pytest.mark.usefixtures("_watched")
def test_what_came_and_went_between_two_runs_is_noticed(conn, database, visit):
    for statement in VISITS[visit].split(";"):  # each in a transaction of its own
        conn.execute(statement)
    assert present_watch(conn, TABLES)
    assert compute(database) > 0


@pytest.mark.usefixtures("_loaded")
def test_a_column_that_is_computed_in_another_way_is_noticed(conn, database):
    conn.execute("alter table bqx.m1_eurusd rename column close to mid")
    conn.execute(
        "alter table bqx.m1_eurusd add column close double precision generated always as (mid) virtual"
    )
    assert compute(database) == 3
    conn.execute("alter table bqx.m1_eurusd alter column close set expression as (mid * 1.001)")
    assert compute(database) == 3


@pytest.mark.usefixtures("_loaded")
def test_a_server_that_lets_nobody_create_triggers_has_its_prices_read(conn, database):
    conn.execute(
        "create function public.refuses() returns event_trigger language plpgsql as"
        " $$ begin raise 'no triggers here'; end $$"
    )
    conn.execute(
        "create event trigger refuses on ddl_command_start when tag in ('CREATE TRIGGER')"
        " execute function public.refuses()"
    )
    assert compute(database) == 3
    assert present_watch(conn, TABLES) is None


@pytest.mark.parametrize(
    "visit",
    [
        "create table bqx.child () inherits (bqx.m1_eurusd); drop table bqx.child; analyze bqx.m1_eurusd",
        "alter table bqx.m1_eurusd enable row level security;"
        " alter table bqx.m1_eurusd disable row level security",
    ],
    ids=["a child", "row security"],
)
@pytest.mark.usefixtures("_watched")
def test_what_has_let_a_run_read_other_rows_makes_another_watch(conn, database, visit):
    before = present_watch(conn, TABLES)
    for statement in visit.split(";"):
        conn.execute(statement)
    assert present_watch(conn, TABLES) not in {before, None}


@pytest.mark.usefixtures("_watched")
def test_what_happens_to_every_table_every_day_leaves_the_watch_as_it_is(conn, database):
    before = present_watch(conn, TABLES)
    for statement in (
        "analyze bqx.m1_eurusd",
        "create index on bqx.m1_eurusd (close)",
        "reindex table bqx.m1_eurusd",
        "create publication prices for table bqx.m1_eurusd",
        "comment on table bqx.m1_eurusd is 'one minute'",
        INSERT,
    ):
        conn.execute(statement)
    alone(conn).execute("vacuum (analyze, freeze) bqx.m1_eurusd")
    alone(conn).execute("vacuum (analyze, freeze) pg_class, pg_attribute, pg_trigger, pg_proc")
    assert present_watch(conn, TABLES) == before


STAYS = {
    "a child of a table": "create table bqx.parent (like bqx.m1_eurusd including defaults);"
    " alter table bqx.m1_eurusd inherit bqx.parent",
    "a partition": "create table bqx.parent (like bqx.m1_eurusd) partition by range (time);"
    " alter table bqx.parent attach partition bqx.m1_eurusd default",
    "a parent": "create table bqx.child () inherits (bqx.m1_eurusd)",
    "with row security": "alter table bqx.m1_eurusd enable row level security",
    "unlogged": "alter table bqx.m1_eurusd set unlogged",
}


@pytest.mark.parametrize("what", STAYS)
@pytest.mark.usefixtures("_watched")
def test_a_table_whose_changes_triggers_cannot_all_tell_is_read(conn, database, what):
    for statement in STAYS[what].split(";"):
        conn.execute(statement)
    assert compute(database, "reads") == 0
    assert ensure_watch(conn, TABLES) is None
    conn.execute(UPDATE if "parent" not in STAYS[what] else THROUGH_A_PARENT)
    assert compute(database) == 1
    assert "bqx.m1_eurusd" in status(database).found


# statements that reach the table's rows in an odd way, but by a statement on the table
STATEMENTS = {
    "a cascade of a foreign key": f"update bqx.bars set time = '1999-01-01' where time = '{NOON}'",
    "merge": f"merge into bqx.m1_eurusd p using (values (timestamptz '{NOON}')) v (time) on p.time = v.time"
    " when matched then update set close = 1.23",
    "a common table expression": f"with x as ({UPDATE} returning *) select from x",
    "a cursor": f"do $$ declare c cursor for select * from bqx.m1_eurusd where time = '{NOON}' for update;"
    " begin for it in c loop update bqx.m1_eurusd set close = 1.23 where current of c; end loop; end $$",
    "a view": f"update bqx.shown set close = 1.23 where time = '{NOON}'",
    "a trigger of another table": "insert into bqx.events default values",
}


@pytest.mark.parametrize("way", STATEMENTS)
@pytest.mark.usefixtures("_loaded")
def test_a_statement_of_an_odd_kind_is_noticed_in_its_month(conn, database, way):
    for statement in (
        "create table bqx.bars as select time from bqx.m1_eurusd",
        "alter table bqx.bars add primary key (time)",
        "alter table bqx.m1_eurusd add foreign key (time) references bqx.bars on update cascade",
        "create view bqx.shown as select * from bqx.m1_eurusd",
        "create table bqx.events (at timestamptz default now())",
        "create function bqx.corrects() returns trigger language plpgsql as"
        f" $$ begin {UPDATE}; return null; end $$",
        "create trigger corrects after insert on bqx.events execute function bqx.corrects()",
    ):
        conn.execute(statement)
    compute(database)
    watch = present_watch(conn, TABLES)
    conn.execute(STATEMENTS[way])
    assert present_watch(conn, TABLES) == watch
    assert compute(database) == 1


def any_month(conn) -> bool:
    return ("-infinity",) in conn.execute("select month::text from tier1.price_change").fetchall()


COLUMNS = {
    "renamed": "alter table bqx.m1_eurusd rename column time to ts",
    "dropped": "alter table bqx.m1_eurusd drop column time;"
    " alter table bqx.m1_eurusd add column ts timestamptz",
    "of another type": "alter table bqx.m1_eurusd alter column time type timestamp;"
    " alter table bqx.m1_eurusd rename column time to ts",
}


@pytest.mark.parametrize("change", COLUMNS)
@pytest.mark.usefixtures("_watched")
def test_the_feed_goes_on_after_the_time_column_is_another(conn, change):
    conn.execute(COLUMNS[change])
    for statement in (
        INSERT.replace("(time,", "(ts,"),
        "update bqx.m1_eurusd set close = 1.2 where ts = '2024-01-06 12:00+00'",
        "delete from bqx.m1_eurusd where ts = '2024-01-06 12:00+00'",
    ):
        conn.execute("delete from tier1.price_change")
        assert conn.execute(statement).rowcount == 1
        assert any_month(conn)


@pytest.mark.usefixtures("_watched")
def test_a_column_that_was_renamed_for_a_while_hides_nothing(conn, database):
    conn.execute("alter table bqx.m1_eurusd rename column time to ts")
    conn.execute(INSERT.replace("(time,", "(ts,"))
    conn.execute("alter table bqx.m1_eurusd rename column ts to time")
    assert compute(database) == 1


@pytest.mark.parametrize(
    "drop", ["drop table tier1.price_change", "drop function tier1.note_price_change() cascade",
             "drop schema tier1 cascade"]
)  # fmt: skip
@pytest.mark.usefixtures("_watched")
def test_the_feed_goes_on_where_what_is_ours_was_dropped(conn, database, drop):
    conn.execute(drop)
    conn.execute(INSERT)
    assert compute(database) == (3 if "schema" in drop else 1)
    assert present_watch(conn, TABLES)


@pytest.mark.parametrize("time", ["infinity", "-infinity", "294276-12-31", "4713-01-01 BC", "9999-12-31"])
@pytest.mark.usefixtures("_watched")
def test_the_feed_may_have_any_time(conn, time):
    conn.execute("insert into bqx.m1_eurusd (time, close) values (%s, 1.1), ('2024-01-06', 1.1)", [time])
    assert any_month(conn)
    assert conn.execute("select count(*) from tier1.price_change").fetchone() == (1,)


@pytest.mark.usefixtures("_watched")
def test_two_serializable_writers_of_one_month_do_not_fail_each_other(database):
    with psycopg.connect(database) as one, psycopg.connect(database) as other:
        for writer, minute in ((one, "12:01"), (other, "12:02")):
            writer.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
            writer.execute(INSERT.replace("12:00", minute))
        one.commit()
        other.commit()
    assert compute(database) == 1


def triggers(conn) -> int:
    (count,) = conn.execute("select count(*) from pg_trigger where tgname like 'tier1%'").fetchone()
    return count


@pytest.fixture
def _of_others(conn, _loaded):
    """The tables are the same, but somebody else has created and filled them."""
    for pair in PAIRS:
        name = f"bqx.m1_{pair}"
        conn.execute(f"create table bqx.theirs (like {name} including all);"
                     f" insert into bqx.theirs select * from {name}; drop table {name};"
                     f" alter table bqx.theirs rename to m1_{pair}")  # fmt: skip


@pytest.mark.usefixtures("_of_others")
def test_nothing_is_put_on_tables_of_others_until_they_ask(conn, database):
    assert compute(database) == 3
    assert triggers(conn) == 0
    assert "./tier1 watch on" in status(database).what_to_do
    conn.execute(UPDATE)
    assert compute(database) == 1
    watch_on(conn, SETTINGS)
    assert is_on(database)
    compute(database, "reads once")
    conn.execute(UPDATE.replace("1.23", "1.24"))
    assert compute(database) == 1
    with psycopg.connect(database) as other:
        other.execute("lock table bqx.m1_eurusd in access exclusive mode")  # whoever reads it waits for ever
        assert compute(database) == 0
    assert len(watch_off(conn, SETTINGS)) == len(PAIRS)
    assert compute(database) == 0
    assert triggers(conn) == 0


@pytest.mark.usefixtures("_watched")
def test_off_stays_off_for_tables_that_load_has_made(conn, database):
    assert is_on(database)
    watch_off(conn, SETTINGS)
    load_history(conn, hourly_closes(1_600))
    compute(database)
    assert triggers(conn) == 0
    assert not is_on(database)


@pytest.mark.usefixtures("_watched")
def test_off_takes_away_what_an_upgrade_has_set_aside(conn):
    conn.execute("alter function tier1.note_price_change() rename to note_no_change_1")
    assert len(watch_off(conn, SETTINGS)) == len(PAIRS)
    assert triggers(conn) == 0


@pytest.mark.usefixtures("_of_others")
def test_one_table_of_others_keeps_triggers_off_all(conn, database):
    """They would be of no use, and only cost."""
    load_history(conn)  # it has made none of these
    conn.execute("drop table bqx.m1_eurusd")
    load_history(conn, hourly_closes(1_500))
    compute(database)
    assert triggers(conn) == 0
    assert "bqx.m1_audcad" in status(database).found


@pytest.mark.usefixtures("_loaded")
def test_triggers_of_an_older_version_are_not_relied_on_nor_renewed_unasked(conn, database):
    compute(database)
    for pair in PAIRS:  # as they are found where no table has been marked yet
        conn.execute(f"drop trigger tier1_replica on bqx.m1_{pair}; comment on table bqx.m1_{pair} is null")
    compute(database)
    assert present_watch(conn, TABLES) is None
    assert "renews them" in status(database).what_to_do
    watch_on(conn, SETTINGS)
    assert is_on(database)


@pytest.mark.usefixtures("_of_others")
def test_on_puts_nothing_where_it_would_be_of_no_use(conn, database):
    conn.execute("create table bqx.parent (); alter table bqx.m1_gbpusd inherit bqx.parent")
    with pytest.raises(ValueError, match=r"bqx\.m1_gbpusd is a child or a partition.*Prices are read"):
        watch_on(conn, SETTINGS)
    with pytest.raises(ValueError, match="TIER1_WATCH_PRICES is false"):
        watch_on(conn, SETTINGS.model_copy(update={"watch_prices": False}))
    assert triggers(conn) == 0


@pytest.mark.usefixtures("_of_others")
def test_on_names_the_table_that_is_in_use(conn, database):
    with psycopg.connect(database) as writer:
        writer.execute("insert into bqx.m1_usdjpy (time, close) values ('2024-01-06', 150)")
        with pytest.raises(ValueError, match=r"bqx\.m1_usdjpy has been in use for 2 s"):
            watch_on(conn, SETTINGS)
    watch_on(conn, SETTINGS)
    assert is_on(database)
