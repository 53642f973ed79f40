"""What a role or a database is set to changes nothing of what is computed, stored or found."""

import pytest
from psycopg import sql

from include.months import MonthRange
from include.store.checks.validate import validate
from include.store.connection import connect
from tests.store.history import MONTHS, SETTINGS, compute_all, fingerprint, hourly_closes, load_history

HOSTILE = {
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "on",
    "default_transaction_deferrable": "on",
    "search_path": "bqx, public",
    "timezone": "America/New_York",
    "datestyle": "SQL, DMY",
    "intervalstyle": "sql_standard",
    "extra_float_digits": "-3",
    "client_encoding": "SQL_ASCII",
    "standard_conforming_strings": "off",
    "bytea_output": "escape",
    "jit": "on",
    "statement_timeout": "300ms",
    "lock_timeout": "1ms",
    "idle_in_transaction_session_timeout": "30ms",
    "idle_session_timeout": "30ms",
    "transaction_timeout": "300ms",
    "synchronous_commit": "off",
    "prepared_statements_limit": None,
}
HOSTILE.pop("prepared_statements_limit")


@pytest.fixture
def hostile(conn, database):
    """The URL of the database's owner, whose sessions begin with all of these settings."""
    name = f"hostile_{conn.info.dbname[-8:]}"
    conn.execute(f"create role {name} login; alter database {conn.info.dbname} owner to {name}")
    for setting, value in HOSTILE.items():
        conn.execute(
            sql.SQL("alter role {} set {} = {}").format(
                sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)
            )
            if setting != "search_path"
            else f"alter role {name} set search_path = {value}"
        )
    yield database.replace("postgres@", f"{name}@")
    conn.execute(f"alter database {conn.info.dbname} owner to postgres; drop owned by {name} cascade")
    conn.execute(f"drop role {name}")


def test_a_hostile_role_computes_the_same(conn, database, hostile):
    closes = hourly_closes(1_000)
    load_history(conn, closes)
    compute_all(database, months=MONTHS[:2])
    expected = fingerprint(conn)
    base = conn.execute("select * from tier1.basket_base").fetchone()
    conn.execute("drop schema tier1, bqx cascade")

    with connect(hostile) as theirs:
        load_history(theirs, closes)
    assert compute_all(hostile, months=MONTHS[:2]) == dict.fromkeys(
        compute_all(hostile, months=MONTHS[:2]), 2
    )
    assert fingerprint(conn) == expected
    assert conn.execute("select * from tier1.basket_base").fetchone() == base
    with connect(hostile) as theirs:
        found = validate(theirs, MonthRange(MONTHS[0], MONTHS[1]), SETTINGS, "any")
        assert [it.claim.name for it in found if not it.holds] == []
