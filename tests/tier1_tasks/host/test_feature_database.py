"""The database is reached from the host of the stages, and the two clocks agree."""

from datetime import timedelta

import pytest

from tier1_tasks.host.feature_database import clock, feature_database


def test_a_database_that_answers_is_well(database: str) -> None:
    answer, its_clock = feature_database(database)
    assert (answer.name, answer.result) == ("database", "ok")
    assert answer.found.startswith("PostgreSQL 1")
    assert answer.found.endswith("ms away")
    assert (its_clock.name, its_clock.result) == ("clock", "ok")


def test_a_database_that_does_not_answer_stops_the_run_without_its_password() -> None:
    [check] = feature_database("postgresql://me:hush@127.0.0.1:1/features")
    assert (check.name, check.result) == ("database", "failed")
    assert "'features' on 127.0.0.1" in check.found
    assert "security group" in check.what_to_do
    assert "hush" not in str(check)


def test_a_database_that_refuses_the_session_stops_the_run(conn, database: str) -> None:
    conn.execute(f"alter database {conn.info.dbname} connection limit 0")
    conn.execute(f"create role {conn.info.dbname} login")
    try:
        [check] = feature_database(database.replace("postgres@", f"{conn.info.dbname}@"))
    finally:
        conn.execute(f"drop role {conn.info.dbname}")
    assert (check.name, check.result) == ("database", "failed")
    assert "too many connections" in check.found


@pytest.mark.parametrize(
    ("seconds", "result", "found"),
    [
        (0, "ok", "0.0 s ahead of the database's"),
        (2, "ok", "2.0 s behind the database's"),
        (2.1, "warning", "2.1 s behind the database's"),
        (-2.1, "warning", "2.1 s ahead of the database's"),
        (-3600, "warning", "3600.0 s ahead of the database's"),
    ],
)
def test_clocks_may_be_two_seconds_apart(seconds: float, result: str, found: str) -> None:
    check = clock(timedelta(seconds=seconds))
    assert (check.result, check.found) == (result, found)
