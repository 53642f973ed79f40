"""The feature database, for the commands that need one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.console import fail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from include.months import MonthRange
    from include.store.connection import Connection


def database_url() -> str:
    """Return the URL from the environment, else that of the embedded database where there is one."""
    from include.settings import settings

    given = settings().database_url
    if given is not None and given.get_secret_value():
        return given.get_secret_value()
    from embedded import postgres
    from embedded.home import Home

    try:
        return postgres.database_url(Home(), postgres.FEATURES)
    except FileNotFoundError:
        fail("no database: set TIER1_DATABASE_URL, or start the embedded one with make up")


@contextmanager
def connection(*, read_only: bool = False) -> Iterator[Connection]:
    """Connect to the feature database, with its schema in place; only to read, whatever is there."""
    from include.store.connection import connect
    from include.store.schema import ensure_schema

    with connect(database_url()) as conn:
        if not read_only:
            ensure_schema(conn)
        yield conn


def planned_months(start_month: str | None, end_month: str | None) -> MonthRange:
    """Settle and check the months; end the process where they cannot be computed."""
    from include.pipeline.plan import make_plan
    from include.settings import settings

    plan = make_plan(database_url(), settings(), start_month, end_month)
    if plan.months is None or plan.problems:
        fail("\n".join(plan.problems))
    return plan.months
