"""A server tells its version and its clock, however long its answers take."""

from datetime import datetime, timedelta

import pytest

from include.store.connection import DatabaseUnreachableError
from include.store.server import greet
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
