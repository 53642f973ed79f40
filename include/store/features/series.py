"""The figures behind the plots of a report: added up in SQL, with one scan of each stage's table."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from psycopg import Connection, sql

from include.market import CURRENCIES, PAIRS
from include.months import MonthRange
from include.report.model.series import FamilyNulls, FeatureSeries, IndexPath, NullMap, OpportunityPath
from include.stages import STAGES, Stage
from include.stages.families import family_of
from include.store.schema import SCHEMA

POINTS = 240
"""Into so many pieces of equal length the time of the run is cut: about as many as a plot has pixels."""
LONGEST = "120s"  # for each table: a report does not wait long for its plots
_MOST_ARGUMENTS = 100  # of a function, in PostgreSQL
_INDEX = "{}_basket_index"
_OPPORTUNITY = "{}_arbitrage_opportunity"

_QUERY = """
select date_trunc('month', min(ts_utc)), min(ts_utc), count(*), {figures}
from {table}
where ts_utc >= %(start)s and ts_utc < %(end)s
group by date_trunc('month', ts_utc), date_bin(%(width)s, ts_utc, %(start)s)
order by min(ts_utc)"""


class _Piece(NamedTuple):
    """What a stage's table has in a piece of time, which lies within one month."""

    month: str
    since: str
    rows: int
    nulls: Sequence[int]
    others: Sequence[Any]


def feature_series(conn: Connection, months: MonthRange) -> FeatureSeries:
    """Read what the plots of the features show.

    Raises:
        psycopg.errors.QueryCanceled: a table took longer than a report may wait.
    """
    others = {
        "currency_indices": [_mean(_INDEX.format(currency.lower())) for currency in CURRENCIES],
        "triangular_arbitrage": _counts([_OPPORTUNITY.format(pair) for pair in PAIRS]),
    }
    pieces = {stage.name: _pieces(conn, stage, months, others.get(stage.name, [])) for stage in STAGES}
    names = tuple(map(str, months))
    families = [it for stage in STAGES for it in _nulls(stage, pieces[stage.name], names)]
    indices, arbitrage = pieces["currency_indices"], pieces["triangular_arbitrage"]
    by_currency = zip(*[piece.others for piece in indices], strict=True)
    return FeatureSeries(
        nulls=NullMap(months=names, families=tuple(families)),
        indices=IndexPath(
            times=tuple(piece.since for piece in indices),
            indices={
                currency: tuple(means)
                for currency, means in zip(CURRENCIES, by_currency if indices else [()] * 8, strict=True)
            },
        ),
        arbitrage=OpportunityPath(
            times=tuple(piece.since for piece in arbitrage),
            known=tuple(piece.others[0] for piece in arbitrage),
            opportunities=tuple(piece.others[1] for piece in arbitrage),
        ),
    )


def _families(stage: Stage) -> dict[str, list[str]]:
    """Return the columns of each of a stage's families."""
    families: dict[str, list[str]] = {}
    for feature in stage.features:
        families.setdefault(family_of(feature.name), []).append(feature.name)
    return families


def _pieces(
    conn: Connection, stage: Stage, months: MonthRange, others: Sequence[sql.Composable]
) -> list[_Piece]:
    families = _families(stage)
    nulls = [_null_count(columns) for columns in families.values()]
    query = sql.SQL(_QUERY).format(
        figures=sql.SQL(", ").join([*nulls, *others]), table=sql.Identifier(SCHEMA, stage.name)
    )
    width = (months.end - months.start) / POINTS
    with conn.transaction():
        conn.execute(sql.SQL("set local statement_timeout = {}").format(LONGEST))
        found = conn.execute(query, {"start": months.start, "end": months.end, "width": width}).fetchall()
    return [
        _Piece(f"{month:%Y-%m}", _iso(since), rows, figures[: len(nulls)], figures[len(nulls) :])
        for month, since, rows, *figures in found
    ]


def _nulls(stage: Stage, pieces: Iterable[_Piece], months: Sequence[str]) -> list[FamilyNulls]:
    """Add up the NULLs of each family by month."""
    families = _families(stage)
    rows = dict.fromkeys(months, 0)
    nulls = {family: dict.fromkeys(months, 0) for family in families}
    for month, of_month in groupby(pieces, key=lambda piece: piece.month):
        for piece in of_month:
            rows[month] += piece.rows
            for family, count in zip(families, piece.nulls, strict=True):
                nulls[family][month] += count
    return [
        FamilyNulls(
            family=family,
            cells=tuple(rows[month] * len(columns) for month in months),
            nulls=tuple(nulls[family].values()),
        )
        for family, columns in families.items()
    ]


def _null_count(columns: Sequence[str]) -> sql.Composable:
    """Count the NULLs of several columns in a row, and add them up."""
    chunks = [columns[at : at + _MOST_ARGUMENTS] for at in range(0, len(columns), _MOST_ARGUMENTS)]
    counts = [sql.SQL("num_nulls({})").format(_identifiers(chunk)) for chunk in chunks]
    return sql.SQL("sum({})").format(sql.SQL(" + ").join(counts))


def _counts(columns: Sequence[str]) -> list[sql.Composable]:
    """Count how many of these flags are known, and how many of those are set."""
    known = sql.SQL("sum(num_nonnulls({}))").format(_identifiers(columns))
    flags = [sql.SQL("({} is true)::integer").format(sql.Identifier(name)) for name in columns]
    return [known, sql.SQL("sum({})").format(sql.SQL(" + ").join(flags))]


def _mean(column: str) -> sql.Composable:
    return sql.SQL("round(avg({})::numeric, 4)::double precision").format(sql.Identifier(column))


def _identifiers(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
