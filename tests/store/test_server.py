"""A server tells its version and its clock, however long its answers take."""

from datetime import datetime, timedelta

import pytest

from include.store.connection import DatabaseUnreachableError, alone
from include.store.server import create_owned_database, greet
from tests.cutting import cut

SOON = timedelta(milliseconds=100)


def test_a_server_beside_us_has_our_clock(conn, database):
    found = greet(database)
    assert found.version == conn.execute("show server_version").fetchone()[0].split()[0]
    assert timedelta(0) < found.round_trip < timedelta(seconds=5)
    assert abs(found.ahead) < found.round_trip / 2 + SOON


def test_half_of_a_long_way_does_not_count_as_a_wrong_clock(database):
    with cut(database, seconds=0.3) as url:
        found = greet(url)
    assert timedelta(seconds=0.6) <= found.round_trip < timedelta(seconds=3)
    assert abs(found.ahead) < (found.round_trip - timedelta(seconds=0.6)) / 2 + SOON


def test_a_clock_that_is_wrong_is_measured(database, monkeypatch):
    class Behind:
        """Our clock, an hour behind."""

        @staticmethod
        def now(zone):
            return datetime.now(zone) - timedelta(hours=1)

    monkeypatch.setattr("include.store.server.datetime", Behind)
    assert abs(greet(database).ahead - timedelta(hours=1)) < timedelta(seconds=5)


def test_a_server_that_is_not_there_is_named():
    with pytest.raises(DatabaseUnreachableError, match=r"127\.0\.0\.1"):
        greet("postgresql://me@127.0.0.1:1/features")


def test_a_database_and_its_owner_are_made_once_and_the_password_is_the_latest(conn, database):
    name, server = "owner_of_its_own", database
    try:
        create_owned_database(server, name, "first")
        before = conn.execute("select rolpassword from pg_authid where rolname = %s", [name]).fetchone()
        create_owned_database(server, name, "second")
        after = conn.execute("select rolpassword from pg_authid where rolname = %s", [name]).fetchone()
        assert before != after
        owner = "select rolname from pg_database join pg_roles r on r.oid = datdba where datname = %s"
        assert conn.execute(owner, [name]).fetchone() == (name,)
        is_more = "select rolsuper or rolcreatedb or rolcreaterole from pg_roles where rolname = %s"
        assert conn.execute(is_more, [name]).fetchone() == (False,)
    finally:
        alone(conn).execute(f"drop database if exists {name}")
        conn.execute(f"drop role if exists {name}")
