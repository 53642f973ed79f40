"""Nobody gets more than he was given: not who reads features, writes prices, or owns their tables."""

import re
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg import Connection, errors, sql

from include.market import PAIRS
from include.months import MonthRange
from include.pipeline.export import export
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.settings import ROOT
from include.stages import stage_named
from include.store.checks.validate import validate
from include.store.connection import connect
from include.store.prices.watch import ensure_watch
from include.store.schema import ensure_schema
from tests.conftest import empty_database
from tests.store.history import MONTHS, SETTINGS, TABLES, compute_all, hourly_closes, load_history

BEFORE = Path(__file__).with_name("note_price_change_before.sql").read_bytes()
STAGE = "triangular_arbitrage"
ON_A_PRICE_TABLE = (
    "insert into bqx.m1_eurusd (time, close) values ('2024-01-06', 1.1)"  # a Saturday: a new bar
)

# what somebody does in a session and a schema of his; {become} gives him all rights, if whoever runs it can
EVIL = (
    "create function own.evil({}) returns timestamptz language plpgsql as $$ {{become}} return now(); end $$"
)
VIEW = (EVIL.format(""), "create temp view new_rows as select own.evil() as time")
TYPE = (
    "create type own.mood as enum ('good')",
    EVIL.format("own.mood"),
    "create cast (own.mood as timestamptz) with function own.evil as assignment",
)
TABLE = "create table own.t (time timestamptz)"
TRIGGER = (
    "create trigger tier1_insert after insert on own.t {} for each statement"
    " execute function tier1.note_price_change('time')"
)
PLAIN, LIKE_OURS = TRIGGER.format(""), TRIGGER.format("referencing new table as new_rows")
INSERT = "insert into own.t values (now())"
ATTACKS = {
    "a view where the transition table should be": (*VIEW, TABLE, PLAIN, INSERT),
    "all of it temporary": tuple(s.replace("own.", "pg_temp.") for s in (*VIEW, TABLE, PLAIN, INSERT)),
    "a transition table of another name": (
        *VIEW, TABLE, TRIGGER.format("referencing new table as mine"), INSERT
    ),
    "one of two transition tables": (
        *VIEW, TABLE, INSERT, "create temp view old_rows as select own.evil() as time",
        LIKE_OURS.replace("insert", "update"), "update own.t set time = now()"
    ),
    "for each row": (*VIEW, TABLE, PLAIN.replace("statement", "row"), INSERT),
    "before the statement": (*VIEW, TABLE, PLAIN.replace("after", "before"), INSERT),
    "on a view": (
        *VIEW, TABLE, "create view own.v as select * from own.t",
        *(s.replace("own.t", "own.v") for s in (PLAIN, INSERT))
    ),
    "a type with a cast of its own": (
        *TYPE, "create table own.t (time own.mood)", LIKE_OURS, "insert into own.t values ('good')"
    ),
    "another column with such a type": (
        *TYPE, "create table own.t (time timestamptz, mood own.mood)", LIKE_OURS.replace("'time'", "'mood'"),
        "insert into own.t values (now(), 'good')"
    ),
    "temporary relations named like ours and PostgreSQL's": (
        EVIL.format(""), TABLE,
        "create temp view pg_trigger as select own.evil() as time",
        "create temp view price_change as select own.evil() as time",
        PLAIN.replace("insert on", "truncate on"), "truncate own.t"
    ),
    "as ours": (TABLE, LIKE_OURS, "insert into own.t select generate_series(now(), '2100-01-01', '1 month')"),
}  # fmt: skip


@dataclass(frozen=True)
class Somebody:
    """A role that may log in and has a schema `own`, and nothing else unless it is given."""

    name: str
    url: str
    admin: Connection

    def is_given(self, *rights: str) -> None:
        for right in rights:
            self.admin.execute(right.format(self.name))

    def does(self, statements: tuple[str, ...]) -> None:
        """In a session that is gone afterwards, with all that was temporary in it."""
        become = f"begin begin alter role {self.name} superuser; exception when others then null; end;"
        with connect(self.url) as session:
            for statement in statements:
                session.execute(statement.replace("{become}", become))

    def is_gone(self) -> bool:
        return (
            self.admin.execute("select from pg_stat_activity where usename = %s", [self.name]).fetchone()
            is None
        )

    def has_all_rights(self) -> bool:
        return self.admin.execute(
            "select from pg_roles where rolname = %s and rolsuper", [self.name]
        ).fetchone() == ()  # fmt: skip


@pytest.fixture
def somebody(conn, database):
    name = f"somebody_{conn.info.dbname[-8:]}"
    conn.execute(f"create role {name} login; create schema own authorization {name}")
    them = Somebody(name, database.replace("postgres@", f"{name}@"), conn)
    yield them
    while not them.is_gone():  # what was temporary goes after the session
        time.sleep(0.01)
    conn.execute(f"drop owned by {name} cascade; drop role {name}")


@pytest.fixture(scope="module")
def shared(server):
    """A database for the attacks that leave nothing behind."""
    with empty_database(server) as url, connect(url) as conn:
        install(conn, url)
        yield conn, url


@pytest.fixture
def database(request, server):
    if "attack" in request.fixturenames:
        yield request.getfixturevalue("shared")[1]
    else:
        with empty_database(server) as url:
            yield url


@pytest.fixture
def installed(request, conn, database):
    if "attack" not in request.fixturenames:
        install(conn, database)


def install(conn: Connection, url: str) -> None:
    load_history(conn, hourly_closes(200))
    compute(url)


def compute(database: str, run_id: str = "test") -> int:
    """Bring January of a stage up to date; the months that were computed."""
    return run_stage(database, Job(stage_named(STAGE), MONTHS[:1], run_id), SETTINGS).computed


def notes(conn: Connection) -> list[tuple]:
    return conn.execute("select price_table, month, xid from tier1.price_change order by 1, 2, 3").fetchall()


def make_it_old(conn: Connection) -> None:
    """The function that an older version has created, and its triggers on the price tables."""
    conn.execute("drop function tier1.note_price_change() cascade")
    conn.execute(BEFORE)
    assert ensure_watch(conn, TABLES)


RIGHTS = {
    "reads features": (
        "grant usage on schema tier1 to {}",
        "grant select on all tables in schema tier1 to {}",
    ),
    "writes prices": (
        "grant usage on schema tier1, bqx to {}",
        "grant select, insert, update, delete, trigger on all tables in schema bqx to {}",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("who", RIGHTS)
def test_nobody_else_can_put_our_function_on_a_table(installed, somebody, who, attack):
    somebody.is_given(*RIGHTS[who])
    with pytest.raises(errors.InsufficientPrivilege, match="permission denied for function"):
        somebody.does(ATTACKS[attack])
    assert not somebody.has_all_rights()


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack != "all of it temporary"])
def test_what_somebody_has_put_in_an_older_version_does_nothing(conn, database, installed, somebody, attack):
    make_it_old(conn)
    somebody.is_given(*RIGHTS["reads features"])
    *prepared, strike = ATTACKS[attack]
    somebody.does(tuple(statement for statement in prepared if " temp " not in statement))
    compute(database, "fixes it")
    before = notes(conn)
    somebody.does((*(statement for statement in prepared if " temp " in statement), strike))
    assert not somebody.has_all_rights()
    assert notes(conn) == before
    assert compute(database, "later") == 0


@pytest.mark.parametrize("attack", ATTACKS)
def test_even_who_was_allowed_to_call_our_function_gets_nothing_from_it(conn, installed, somebody, attack):
    somebody.is_given(*RIGHTS["reads features"], "grant execute on function tier1.note_price_change() to {}")
    somebody.does(ATTACKS[attack])
    assert not somebody.has_all_rights()


def test_who_owns_a_price_table_cannot_have_our_triggers_run_his_code(conn, database, installed, somebody):
    somebody.is_given(
        "grant usage, create on schema bqx to {}",
        "alter table bqx.m1_eurusd owner to {}",
        "alter table bqx.m1_eurusd drop constraint m1_eurusd_pkey",
    )
    somebody.does(
        (
            *TYPE,
            "alter table bqx.m1_eurusd alter column time type own.mood using 'good'",
            "insert into bqx.m1_eurusd (time, close) values ('good', 1.1)",
        )
    )
    assert not somebody.has_all_rights()
    assert "-infinity" in str(conn.execute("select month::text from tier1.price_change").fetchall())


def test_who_writes_prices_needs_no_rights_here_and_is_noticed(conn, database, installed, somebody):
    somebody.is_given("grant usage on schema bqx to {}", "grant insert on all tables in schema bqx to {}")
    somebody.does((ON_A_PRICE_TABLE,))
    assert compute(database, "later") == 1


@pytest.mark.parametrize("way", ["an older version", "restored without its rights"])
def test_a_mended_installation_notices_prices_as_before(conn, database, installed, way):
    if way == "an older version":
        make_it_old(conn)
    else:
        conn.execute("grant execute on function tier1.note_price_change() to public")
    assert compute(database, "fixes it") == 0
    open_to_all = "select has_function_privilege('public', 'tier1.note_price_change()', 'execute')"
    assert conn.execute(open_to_all).fetchone() == (False,)
    triggers = "select count(*) from pg_trigger where tgfoid = 'tier1.note_price_change'::regproc"
    assert conn.execute(triggers).fetchone() == (5 * len(PAIRS),)
    conn.execute(ON_A_PRICE_TABLE)
    assert compute(database, "later") == 1


def test_what_is_as_wanted_is_left_alone(conn, installed):
    age = "select xmin, oid from pg_proc where oid = 'tier1.note_price_change'::regproc"
    before = conn.execute(age).fetchall()
    ensure_schema(conn)
    assert conn.execute(age).fetchall() == before


def test_who_may_not_mend_it_says_who_may(conn, installed, somebody):
    make_it_old(conn)
    somebody.is_given("grant usage on schema tier1 to {}")
    with (
        connect(somebody.url) as session,
        pytest.raises(
            errors.InsufficientPrivilege, match=rf"{somebody.name} may not .* as postgres, or make"
        ),
    ):
        ensure_schema(session)


def test_functions_that_fit_better_than_those_of_postgresql_are_not_found(conn, database, somebody):
    """As `public` is open to everybody in databases that were created before PostgreSQL 15."""
    load_history(conn)
    compute_all(database, months=MONTHS[:1])
    somebody.is_given("grant create on schema public to {}")
    somebody.does(
        tuple(
            statement
            for k, operator in enumerate(("<", ">"))
            for statement in (
                f"create function public.evil{k}(double precision, numeric) returns boolean language plpgsql"
                " as $$ {become} return false; end $$",
                f"create operator public.{operator} (function = public.evil{k}, leftarg = double precision,"
                " rightarg = numeric)",
            )
        )
    )
    with connect(database) as session:
        findings = validate(session, MonthRange(MONTHS[0], MONTHS[0]), SETTINGS, "seed")
        assert all(finding.holds for finding in findings)
    assert not somebody.has_all_rights()


def statements(title: str) -> list[str]:
    """What docs/how-to/database-roles.md has people execute, without the explanations."""
    section = (ROOT / "docs/how-to/database-roles.md").read_text().split(f"## {title}\n")[1].split("\n## ")[0]
    return re.findall(r"[^;]+;", "".join(re.findall(r"```sql\n(.*?)```", section, re.DOTALL)))


def test_what_the_documentation_grants_is_enough_and_not_more(conn, database, somebody):
    load_history(conn, hourly_closes(200))
    product = f"product_{somebody.name}"
    for statement in statements("The role of the product"):
        conn.execute(statement.replace("role tier1", f"role {product}").replace("to tier1", f"to {product}")
                     .replace("authorization tier1", f"authorization {product}"))  # fmt: skip
    try:
        assert compute(database.replace("postgres@", f"{product}@")) == 1
        for statement in statements("Who may read"):
            conn.execute(statement.replace("to readers", f"to {somebody.name}"))
        with connect(somebody.url) as session:
            for relation in ("currency_indices", "triangular_arbitrage", "currency_blocs", "features"):
                session.execute(sql.SQL("select * from {}").format(sql.Identifier("tier1", relation)))
            with pytest.raises(errors.InsufficientPrivilege):
                session.execute("select * from tier1.completion_marker")
        with pytest.raises(errors.InsufficientPrivilege, match="permission denied for function"):
            somebody.does((TABLE, PLAIN))
        assert conn.execute(statements("Installations of before")[0]).fetchall() == []
    finally:
        conn.execute(f"drop owned by {product}; drop role {product}")


def test_who_exports_needs_no_right_on_prices(conn, database, somebody, tmp_path):
    load_history(conn, hourly_closes(200))
    compute_all(database, months=MONTHS[:1])
    for statement in (*statements("Who may read"), *statements("Who exports")):
        conn.execute(statement.replace("to readers", f"to {somebody.name}"))
    with connect(somebody.url) as session:
        ensure_schema(session)
        assert export(session, MonthRange(MONTHS[0], MONTHS[0]), tmp_path).rows == 200
        with pytest.raises(errors.InsufficientPrivilege):
            session.execute("select * from bqx.m1_eurusd")


def test_the_owner_of_price_tables_and_schema_watches_without_being_a_superuser(conn, database, somebody):
    load_history(conn, hourly_closes(200))
    somebody.is_given("alter schema bqx owner to {}", "create schema tier1 authorization {}")
    for pair in PAIRS:
        somebody.is_given(f"alter table bqx.m1_{pair} owner to {{}}")
    with connect(somebody.url) as session:
        ensure_schema(session)
        assert ensure_watch(session, TABLES)
        session.execute("grant execute on function tier1.note_price_change() to public")  # as it was
        ensure_schema(session)
        assert ensure_watch(session, TABLES)
    assert compute(somebody.url) == 1
