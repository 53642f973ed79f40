"""Whether the feature database can be reached from this host, and how far the two clocks are apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ec2_resize.preflight.check import Check, judge
from include.store.connection import DATABASE_ERRORS
from include.store.server import greet

FARTHEST = timedelta(seconds=2)


def feature_database(conninfo: str) -> Iterator[Check]:
    """Check that the database lets this host in, and its clock."""
    try:
        greeting = greet(conninfo)
    except DATABASE_ERRORS as error:
        what_to_do = "Let this host in: the database's security group, pg_hba.conf, the route between them."
        yield Check("database", "failed", str(error), what_to_do)
        return
    milliseconds = greeting.round_trip / timedelta(milliseconds=1)
    yield Check("database", "ok", f"PostgreSQL {greeting.version}, {milliseconds:.1f} ms away")
    yield clock(greeting.ahead)


def clock(ahead: timedelta) -> Check:
    """Check how far the database's clock is ahead of ours."""
    apart = f"{abs(ahead) / timedelta(seconds=1):.1f} s"
    found = f"{apart} {'behind' if ahead > timedelta(0) else 'ahead of'} the database's"
    what_to_do = "Set the clocks by the same source (chronyc tracking): times of markers are compared."
    return judge("clock", found, what_to_do, good=abs(ahead) <= FARTHEST, otherwise="warning")
