"""Through PgBouncer a run computes what it computes without, and other clients of the pool notice nothing."""

import psycopg
import pytest

from include.months import MonthRange
from include.store.checks.validate import validate
from include.store.connection import connect
from tests.store.history import MONTHS, SETTINGS, compute_all, fingerprint, load_history
from tests.store.pooler import pooled

MODES = ["transaction", "session"]
SEVERAL = {"months_at_once": 3}


def settings_of(url: str) -> list[tuple]:
    """Everything that a session of the pool is set to, as another client finds it."""
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as other:
        return other.execute(
            "select name, setting from pg_settings where source not in ('default', 'override')"
            " and name <> 'application_name' order by name"
        ).fetchall()


@pytest.mark.parametrize("mode", MODES)
def test_a_whole_run_computes_the_same(conn, database, mode, monkeypatch):
    load_history(conn)
    compute_all(database)
    expected = fingerprint(conn)
    conn.execute("drop schema tier1 cascade")
    monkeypatch.setattr("tests.store.history.SETTINGS", SETTINGS.model_copy(update=SEVERAL))
    with pooled(database, mode) as url:
        assert compute_all(url) == dict.fromkeys(compute_all(url), 5)
        with connect(url) as session:
            assert all(
                found.holds for found in validate(session, MonthRange(MONTHS[0], MONTHS[-1]), SETTINGS, "x")
            )
    assert fingerprint(conn) == expected
