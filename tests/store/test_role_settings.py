"""What a role or a database is set to changes nothing of what is computed, stored or found."""

import time

import numpy as np
import pytest
from psycopg import sql

from include.months import MonthRange
from include.stages.panel import BasketBase
from include.store.connection import connect
from include.store.features.base import store_base, stored_base
from include.store.schema import ensure_schema
from tests.store.history import MONTHS, compute_all, fingerprint, found_wrong, hourly_closes, load_history

LIMIT_SECONDS = 1
LIMITS = (
    "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout",
    "transaction_timeout",
)  # fmt: skip
HOSTILE = {
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "on",
    "default_transaction_deferrable": "on",
    "search_path": "bqx",
    "timezone": "America/New_York",
    "datestyle": "SQL, DMY",
    "intervalstyle": "sql_standard",
    "extra_float_digits": "-3",
    "client_encoding": "SQL_ASCII",
    "standard_conforming_strings": "off",
    "bytea_output": "escape",
    "jit": "on",
    "synchronous_commit": "off",
    **dict.fromkeys(LIMITS, f"{LIMIT_SECONDS}s"),
}


@pytest.fixture
def hostile(conn, database):
    """The URL of the database's owner, whose sessions begin with all of these settings."""
    name = f"hostile_{conn.info.dbname[-8:]}"
    conn.execute(f"create role {name} login; alter database {conn.info.dbname} owner to {name}")
    for setting, value in HOSTILE.items():
        alter = sql.SQL("alter role {} set {} = {}")
        conn.execute(alter.format(sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)))
    yield database.replace("postgres@", f"{name}@")
    conn.execute(f"alter database {conn.info.dbname} owner to postgres; drop owned by {name} cascade")
    conn.execute(f"drop role {name}")


def test_what_is_computed_stored_and_found_is_the_same(conn, database, hostile):
    closes = hourly_closes(1_000)
    load_history(conn, closes)
    compute_all(database, months=MONTHS[:2])
    expected = fingerprint(conn)
    conn.execute("drop schema tier1, bqx cascade")
    with connect(hostile) as theirs:
        load_history(theirs, closes)
    assert set(compute_all(hostile, months=MONTHS[:2]).values()) == {2}
    assert set(compute_all(hostile, months=MONTHS[:2]).values()) == {0}  # all are known to be valid
    assert fingerprint(conn) == expected
    assert found_wrong(hostile, MonthRange(MONTHS[0], MONTHS[1])) == []


def test_the_base_is_read_as_it_was_stored(conn, database, hostile):
    with connect(hostile) as theirs:
        ensure_schema(theirs)
        base = BasketBase(np.datetime64("2024-01-02T03:04:05.678901", "us"), np.arange(1, 9) / 7)
        store_base(theirs, base)
        for url in (hostile, database):
            with connect(url) as session:
                found = stored_base(session)
                assert found is not None
                assert found.ts == base.ts
                assert found.values.tolist() == base.values.tolist()


def test_a_transaction_may_still_choose_what_it_needs(hostile):
    with connect(hostile) as theirs, theirs.transaction():
        theirs.execute("set transaction isolation level repeatable read, read only")
        chosen = "select current_setting('transaction_isolation'), current_setting('transaction_read_only')"
        assert theirs.execute(chosen).fetchone() == ("repeatable read", "on")


def test_no_limit_of_the_role_ends_a_statement_or_a_pause(hostile):
    longer = LIMIT_SECONDS + 0.5
    with connect(hostile) as theirs:
        with theirs.transaction():
            theirs.execute("select pg_sleep(%s)", [longer])
            time.sleep(longer)
        time.sleep(longer)  # between two transactions
        assert theirs.execute("select 1").fetchone() == (1,)
