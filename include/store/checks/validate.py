"""Validation without Airflow: the same claims, over a plain connection."""

from psycopg import Connection, sql

from include.months import MonthRange
from include.stages import SPEC_VERSION
from include.store.checks.claims import MONTHS, claims


def validate(conn: Connection, months: MonthRange) -> dict[str, bool]:
    """Tell of each claim whether it holds for the months' rows."""
    relation = sql.SQL(MONTHS).format(
        start=sql.Literal(months.start),
        end=sql.Literal(months.end),
        spec_version=sql.Literal(SPEC_VERSION),
    )
    result = {}
    for claim, query in claims().items():
        statement = sql.SQL("select coalesce(({}), false) from {}").format(sql.SQL(query), relation)  # pyright: ignore[reportArgumentType]
        (result[claim],) = conn.execute(statement).fetchone() or (False,)
    return result
