"""A load into tables that people have made: it is right, or refused in words before anything is written."""

import numpy as np
import pytest

from include.sources.bars import PairBars
from include.store.connection import connect
from include.store.prices.facts import facts_of
from include.store.prices.load import load, total
from include.store.schema import ensure_schema
from tests.conftest import empty_database
from tests.store.history import TABLES

MINUTES = np.array(["2024-01-02T00:00", "2024-01-02T00:01", "2024-01-02T00:02"], "datetime64[us]")
NAME = "bqx.m1_eurusd"


@pytest.fixture(scope="module")
def database(server):
    with empty_database(server) as url:
        yield url


@pytest.fixture
def conn(database):
    with connect(database) as conn:
        yield conn
        conn.execute("drop schema if exists bqx, _timescaledb_internal cascade;"
                     " drop foreign data wrapper if exists none cascade")  # fmt: skip


def bars(rows=slice(None), **known):
    values = known or {"close": [1.12345, 1.12346, 1.12347]}
    return [
        PairBars("eurusd", MINUTES[rows], {name: np.array(it, float)[rows] for name, it in values.items()})
    ]


def closes(conn):
    return [float(close) for (close,) in conn.execute(f"select close from {NAME} order by time")]  # noqa: S608


LOADED = {
    "times without a zone": "create table {} (time timestamp primary key, close double precision)",
    "times of milliseconds": "create table {} (time timestamptz(3) primary key, close double precision)",
    "numbers of five decimals": "create table {} (time timestamptz primary key, close numeric(10, 5))",
    "a domain that holds": "create domain bqx.price as numeric check (value > 0);"
    " create table {} (time timestamptz primary key, close bqx.price not null)",
    "another order, and no volume": "create table {} (close double precision, time timestamptz primary key)",
    "an identity beside the time": "create table {} (id bigint generated always as identity primary key,"
    " time timestamptz not null unique, close double precision)",
    "a generated open": "create table {} (time timestamptz primary key, close double precision,"
    " open double precision generated always as (close) stored)",
    "a column with a default": "create table {} (time timestamptz primary key, close double precision,"
    " source text not null default 'tier1')",
    "partitions by day": "create table {} (time timestamptz primary key, close double precision)"
    " partition by range (time); create table {}_1 partition of {} for values from ('2024-01-01 00:00+00')"
    " to ('2024-01-02 00:01+00'); create table {}_2 partition of {} default",
    "a partition itself": "create table bqx.all (time timestamptz primary key, close double precision)"
    " partition by range (time); create table {} partition of bqx.all default",
    "a child of another table": "create table bqx.all (time timestamptz, close double precision);"
    " create table {} (primary key (time)) inherits (bqx.all)",
    "a unique index that includes another column":
    "create table {} (time timestamptz, close double precision, note text);"
    " create unique index on {} (time) include (note)",
    "triggers that change nothing of a bar": "create table {} (time timestamptz primary key,"
    " close double precision, written timestamptz not null); create function bqx.stamp() returns trigger"
    " language plpgsql as $$ begin new.written := now(); return new; end $$; create trigger stamp before"
    " insert or update on {} for each row execute function bqx.stamp()",
    # its chunks in the catalogue: there is no TimescaleDB to be had for the tests
    "a hypertable": "create schema _timescaledb_internal; create table {} (time timestamptz primary key,"
    " close double precision); create table _timescaledb_internal.chunk_1 () inherits ({})",
    "row-level security of others": "create table {} (time timestamptz primary key, close double precision);"
    " alter table {} enable row level security",
}  # fmt: skip


@pytest.mark.parametrize("name", LOADED)
def test_bars_are_added_corrected_and_counted(conn, name):
    conn.execute("create schema bqx;" + LOADED[name].replace("{}", NAME))
    (first,) = load(conn, TABLES, bars(slice(0, 2)))
    assert (first.new, first.changed, first.unchanged) == (2, 0, 0)
    said = load(conn, TABLES, bars(close=[1.12345, 1.2, 1.3]), dry_run=True)
    (second,) = load(conn, TABLES, bars(close=[1.12345, 1.2, 1.3]))
    assert (second.new, second.changed, second.unchanged) == (1, 1, 1)
    assert [second] == said
    assert closes(conn) == [1.12345, 1.2, 1.3]
    at = conn.execute(f"select time::timestamptz from {NAME} order by time desc limit 1").fetchone()  # noqa: S608
    assert at[0].isoformat() == "2024-01-02T00:02:00+00:00"


def test_our_own_trigger_is_none_that_could_change_a_bar(conn):
    conn.execute("create schema bqx;" + FULL.format(NAME))
    ensure_schema(conn)
    conn.execute(
        f"create trigger tier1_replica after insert or update or delete on {NAME} for each row"
        " when (pg_catalog.current_setting('session_replication_role') = 'replica')"
        " execute function tier1.note_price_change('time')"
    )
    assert facts_of(conn, TABLES, "eurusd").triggers == []
    with pytest.raises(ValueError, match=r"m1_eurusd\.open takes no NULL and has no default"):
        load(conn, TABLES, bars())


FULL = (
    "create table {} (time timestamptz primary key, open double precision not null, high double precision not"
    " null, low double precision not null, close double precision not null, volume bigint not null)"
)


def test_corrected_closes_reach_a_table_whose_other_columns_take_no_null(conn):
    conn.execute("create schema bqx;" + FULL.format(NAME))
    full = {name: [1.5, 1.5, 1.5] for name in ("open", "high", "low", "close")} | {"volume": [7, 8, 9]}
    load(conn, TABLES, bars(**full))
    (done,) = load(conn, TABLES, bars(close=[1.5, 1.6, 1.7]))
    assert (done.new, done.changed, done.unchanged) == (0, 2, 1)
    rows = conn.execute(f"select open, high, low, close, volume from {NAME} order by time")  # noqa: S608
    assert rows.fetchall()[1] == (1.5, 1.5, 1.5, 1.6, 8)


PLAIN = "create table {} (time timestamptz primary key, close double precision);"
REFUSED = {
    "a view": (
        "create table bqx.t (time timestamptz primary key, close double precision);"
        " create view {} as select * from bqx.t",
        "is a view, which bars cannot be loaded into: load into the table that it shows",
    ),
    "a materialized view": (
        "create materialized view {} as select now() as time, 1.0::double precision as close",
        "is a materialized view, which bars cannot be loaded into: load into the table that it is made of",
    ),
    "a foreign table": (
        "create foreign data wrapper none; create server none foreign data wrapper none;"
        " create foreign table {} (time timestamptz, close double precision) server none",
        "is a foreign table that cannot be read",
    ),
    "no key": (
        "create table {} (time timestamptz, close double precision)",
        "has no key on time alone that holds at once and for all rows, so that a time might get two bars: "
        'alter table "bqx"."m1_eurusd" add unique ("time")',
    ),
    "a key of time and source": (
        "create table {} (time timestamptz, source text default 'a', close double precision,"
        " primary key (time, source))",
        "has the key (time, source), but none on time alone that holds",
    ),
    "an identity alone": (
        "create table {} (id serial primary key, time timestamptz, close double precision)",
        "has the key (id), but none on time alone that holds",
    ),
    "a key that holds at the end only": (
        "create table {} (time timestamptz primary key deferrable, close double precision)",
        "has no key on time alone that holds at once and for all rows",
    ),
    "a key of some rows": (
        "create table {} (time timestamptz, close double precision);"
        " create unique index on {} (time) where close > 1",
        "has no key on time alone that holds at once and for all rows",
    ),
    "a key of an expression": (
        "create table {} (time timestamptz, close double precision);"
        " create unique index on {} (date_trunc('minute', time, 'UTC'))",
        "has the key (an expression), but none on time alone",
    ),
    "children": (
        PLAIN + "create table {}_1 () inherits ({})",
        "also shows the rows of bqx.m1_eurusd_1, which inherit from it: a bar of theirs would be there twice",
    ),
    "rules": (
        PLAIN + "create rule elsewhere as on insert to {} do instead nothing",
        "has rules that rewrite what is written (elsewhere): load into the table that they write to",
    ),
    "a generated close": (
        "create table {} (time timestamptz primary key, bid double precision,"
        " close double precision generated always as (bid) stored)",
        ".close is a generated column, which cannot be written",
    ),
    "times that are text": (
        "create table {} (time text primary key, close double precision)",
        ".time is text, no time: make it timestamptz",
    ),
    "dates": (
        "create table {} (time date primary key, close double precision)",
        ".time is date, which would keep 2024-01-02 00:01:00 as 2024-01-02. Nothing was loaded. Make it",
    ),
    "numbers of three decimals": (
        "create table {} (time timestamptz primary key, close numeric(10, 3))",
        ".close is numeric(10,3), which keeps 1.12345 of 2024-01-02 00:00:00 UTC as 1.123 (3 such bars)",
    ),
    "single precision": (
        "create table {} (time timestamptz primary key, close real)",
        ".close is real, which keeps 1.12345 of 2024-01-02 00:00:00 UTC as 1.1234500408172607 (3 such bars)",
    ),
    "whole numbers": (
        "create table {} (time timestamptz primary key, close integer)",
        ".close is integer, which keeps 1.12345 of 2024-01-02 00:00:00 UTC as 1.0 (3 such bars)",
    ),
    "numbers that are too small": (
        "create table {} (time timestamptz primary key, close numeric(5, 5))",
        "does not take these bars: numeric field overflow: A field with precision 5, scale 5 must round to",
    ),
    "a column that a bar does not have": (
        "create table {} (time timestamptz primary key, close double precision, source text not null)",
        ".source takes no NULL and has no default, and new bars come without a value for it",
    ),
    "an open that takes no NULL": (FULL, ".open takes no NULL and has no default, and new bars come without"),
    "no partition for them": (
        "create table {} (time timestamptz primary key, close double precision) partition by range (time)",
        'does not take these bars: no partition of relation "m1_eurusd" found for row',
    ),
    "a check that does not hold": (
        PLAIN + "alter table {} add check (close < 1)",
        'does not take these bars: new row for relation "m1_eurusd" violates check constraint',
    ),
    "a domain that does not hold": (
        "create domain bqx.low as double precision check (value < 1);"
        " create table {} (time timestamptz primary key, close bqx.low)",
        "does not take these bars: value for domain bqx.low violates check constraint",
    ),
    "a trigger that drops bars": (
        PLAIN + "create function bqx.drop() returns trigger language plpgsql as"
        " $$ begin return null; end $$; create trigger mine before insert on {} for each row"
        " execute function bqx.drop()",
        "has triggers that change or drop what is written (mine): 3 of 3 bars would not be there as they",
    ),
    "a trigger that rounds": (
        PLAIN + "create function bqx.r() returns trigger language plpgsql as"
        " $$ begin new.close := round(new.close::numeric, 4); return new; end $$;"
        " create trigger mine before insert on {} for each row execute function bqx.r()",
        "has triggers that change or drop what is written (mine): 3 of 3 bars",
    ),
    "a trigger that complains": (
        PLAIN + "create function bqx.no() returns trigger language plpgsql as"
        " $$ begin raise 'closed for today'; end $$;"
        " create trigger mine before insert on {} for each row execute function bqx.no()",
        "does not take these bars: closed for today. Nothing was loaded. Correct them, or the table",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_loaded_is_refused_in_words_and_nothing_written(conn, name):
    statements, says = REFUSED[name]
    conn.execute("create schema bqx;" + statements.replace("{}", NAME))
    with pytest.raises(ValueError, match=f"^{NAME}") as refused:
        load(conn, TABLES, bars())
    words = str(refused.value)
    assert says in words
    assert "Nothing was loaded." in words
    assert ".." not in words
    if "foreign" not in name and "materialized" not in name:
        assert closes(conn) == []


@pytest.mark.parametrize("name", ["a view", "no key", "children", "dates", "numbers of three decimals"])
def test_a_dry_run_refuses_the_same(conn, name):
    statements, _ = REFUSED[name]
    conn.execute("create schema bqx;" + statements.replace("{}", NAME))
    with pytest.raises(ValueError, match=f"^{NAME}") as refused:
        load(conn, TABLES, bars())
    with pytest.raises(ValueError, match=f"^{NAME}") as refused_dry:
        load(conn, TABLES, bars(), dry_run=True)
    assert str(refused_dry.value) == str(refused.value)


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("made", "what"),
    [("create sequence {}", "a sequence"), ("create type {} as (x int)", "a type"),
     ("create table bqx.other (t int); create index m1_eurusd on bqx.other (t)", "an index")],
)  # fmt: skip
def test_a_name_that_another_thing_has_is_refused(conn, made, what, dry_run):
    conn.execute("create schema bqx;" + made.replace("{}", NAME))
    with pytest.raises(ValueError, match=f"^{NAME} is {what}, so no table can be made. Nothing was loaded"):
        load(conn, TABLES, bars(), dry_run=dry_run)


def test_what_is_refused_is_refused_before_the_bars_are_asked_for(conn):
    conn.execute("create schema bqx; create view bqx.m1_eurusd as select now() as time, 1.0 as close")
    asked = []

    def parts():
        for k in range(3):
            asked.append(k)
            yield from bars(slice(k, k + 1))

    with pytest.raises(ValueError, match="is a view"):
        load(conn, TABLES, parts())
    assert asked == [0]


def test_a_refusal_of_one_pair_leaves_nothing_of_the_others(conn):
    conn.execute("create schema bqx; create view bqx.m1_usdjpy as select now() as time, 1.0 as close")
    usdjpy = [PairBars("usdjpy", MINUTES, {"close": np.array([150.0] * 3)})]
    with pytest.raises(ValueError, match="m1_usdjpy is a view"):
        load(conn, TABLES, [*bars(), *usdjpy])
    assert conn.execute("select to_regclass('bqx.m1_eurusd')").fetchone() == (None,)


def test_what_is_not_written_is_said(conn):
    conn.execute("create schema bqx; create table bqx.m1_eurusd (time timestamptz primary key,"
                 " close double precision, volume integer, open double precision generated always as"
                 " (close) stored)")  # fmt: skip
    values = {name: [1.5, 1.5, 1.5] for name in ("open", "high", "close")} | {"volume": [7, 7.5, 8]}
    (done,) = load(conn, TABLES, bars(**values))
    assert done.notes == (
        "bqx.m1_eurusd has no column for open, high: not written",
        "bqx.m1_eurusd.volume is integer, which keeps 7.5 of 2024-01-02 00:01:00 UTC as 8.0 (1 such bars)",
    )
    assert total([[done], [done]])[0].notes == done.notes


def test_other_columns_are_found_in_capitals(conn):
    conn.execute(f'create schema bqx; {PLAIN.format(NAME)} alter table {NAME} add "Open" double precision')
    (done,) = load(conn, TABLES, bars(close=[1.5] * 3, open=[1.1, 1.2, 1.3]))
    assert done.notes == ()
    assert conn.execute('select sum("Open") from bqx.m1_eurusd').fetchone() == (pytest.approx(3.6),)


@pytest.fixture
def writer(conn, database):
    """The URL of a role without rights, and its name."""
    conn.execute("create schema bqx;" + PLAIN.format(NAME))
    name = f"writer_{conn.info.dbname[-8:]}"
    conn.execute(f"create role {name} login; grant usage on schema bqx to {name}")
    yield database.replace("postgres@", f"{name}@"), name
    conn.execute(f"drop owned by {name} cascade; drop role {name}")


@pytest.mark.parametrize(
    ("rights", "says"),
    [
        ("select", "bqx.m1_eurusd may not be written by {}: grant insert and update on the table"),
        ("select, insert", "bqx.m1_eurusd may not be written by {}: grant insert and update on the table"),
        ("insert, update", "table bqx.m1_eurusd may not be read by {}: grant usage on schema bqx and select"),
        ("select, insert, update", None),
        ("select (time, close), insert (time, close), update (close)", None),
    ],
)
def test_rights_that_are_missing_are_named(conn, writer, rights, says):
    url, name = writer
    conn.execute(f"grant {rights} on bqx.m1_eurusd to {name}")
    with connect(url) as session:
        if says is None:
            assert load(session, TABLES, bars())[0].new == 3
            return
        with pytest.raises(ValueError, match="Nothing was loaded") as refused:
            load(session, TABLES, bars())
    assert str(refused.value).startswith(says.format(name))


def test_a_table_that_may_not_be_created_is_said(conn, writer):
    url, _ = writer
    conn.execute("drop table bqx.m1_eurusd")
    with (
        connect(url) as session,
        pytest.raises(
            ValueError, match=f"^{NAME} does not take these bars: permission denied for schema bqx"
        ),
    ):
        load(session, TABLES, bars())


@pytest.mark.parametrize("policy", ["using (close > 2)", "using (true) with check (close > 2)"])
def test_row_level_security_that_stands_in_the_way_is_said(conn, writer, policy):
    url, name = writer
    conn.execute(f"grant select, insert, update on {NAME} to {name}; create policy mine on {NAME} {policy};"
                 f" alter table {NAME} enable row level security")  # fmt: skip
    with (
        connect(url) as session,
        pytest.raises(ValueError, match=f"^{NAME} .*row-level security.* Nothing was"),
    ):
        load(session, TABLES, bars())
    assert closes(conn) == []
