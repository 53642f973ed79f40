"""A small history of prices in a real database, and what a test wants to know of it."""

import hashlib

import numpy as np
import pandas as pd
from psycopg import Connection, sql

from include.market import PAIRS
from include.months import MonthRange
from include.pipeline.check import check_prices
from include.pipeline.job import Job
from include.pipeline.moved import moved_months
from include.pipeline.plan import make_plan
from include.pipeline.run_stage import run_stage
from include.settings import Settings
from include.sources.bars import to_bars
from include.stages import STAGES
from include.store.checks.validate import validate
from include.store.connection import connect
from include.store.features.series import feature_series
from include.store.features.whole_month import at_one_moment
from include.store.prices.load import load_bars
from include.store.prices.tables import price_tables
from include.store.runs.markers import published_digests
from tests.panels import market

SETTINGS = Settings()  # pyright: ignore[reportCallIssue]
TABLES = price_tables(SETTINGS)
NAMES = [stage.name for stage in STAGES]
MONTHS = list(MonthRange.of_texts("2024-01", "2024-05"))


def hourly_closes(bars: int = 2_500) -> pd.DataFrame:
    """Working hours from January 2024 on, about 500 bars a month, with holes in single pairs."""
    hours = pd.date_range("2024-01-01", periods=2 * bars, freq="h", tz="UTC", unit="us", name="ts_utc")
    close = market(bars, seed=3)
    close[np.random.default_rng(1).random(close.shape) < 0.02] = np.nan
    close[:, 0] = market(bars, seed=3)[:, 0]  # the base bar
    return pd.DataFrame(close.T, index=hours[hours.day_of_week < 5][:bars], columns=list(PAIRS))


def load_history(conn: Connection, closes: pd.DataFrame | None = None) -> pd.DataFrame:
    """Load it through the product's own loader."""
    closes = hourly_closes() if closes is None else closes
    load_bars(conn, TABLES, to_bars(closes))
    return closes


def compute_all(
    database: str, run_id: str = "test", months: list | None = None, **kwargs: bool
) -> dict[str, int]:
    """Run the three stages; the months that each computed."""
    return {
        stage.name: run_stage(database, Job(stage, months or MONTHS, run_id, **kwargs), SETTINGS).computed
        for stage in STAGES
    }


def found_wrong(url: str, months: MonthRange) -> list[str]:
    """What is wrong for whoever looks at computed months: check, validate, publish, report, export."""
    looked = check_prices(url, SETTINGS, make_plan(url, SETTINGS, str(months.first), str(months.last)))
    wrong = [line.found for line in looked.lines if line.result == "failed"]
    wrong += moved_months(url, SETTINGS, months)
    with connect(url) as conn:
        wrong += [it.claim.name for it in validate(conn, months, SETTINGS, "any") if not it.holds]
        assert len(feature_series(conn, months).indices.times) > len(months)
        for month in months:
            with at_one_moment(conn, month) as whole:
                published = {name: str(digest) for name, digest in published_digests(conn, month).items()}
                wrong += [f"{name} {month}" for name, it in whole.digests().items() if it != published[name]]
    return wrong


def stored(conn: Connection) -> pd.DataFrame:
    """All features, NULL as NaN, booleans and directions as numbers."""
    cursor = conn.execute("select * from tier1.features order by ts_utc")
    names = [column.name for column in cursor.description or []]
    table = pd.DataFrame(cursor.fetchall(), columns=names).set_index("ts_utc")
    return table.astype(object).where(table.notna(), np.nan).astype(float)


def fingerprint(conn: Connection) -> str:
    """Of every byte of the three tables and of what the markers say about their input."""
    digest = hashlib.sha256()
    tables = [
        sql.SQL("select * from {} order by ts_utc").format(sql.Identifier("tier1", name)) for name in NAMES
    ]
    markers = sql.SQL(
        "select stage, month, rows, input_digest from tier1.completion_marker order by stage, month"
    )
    for query in (*tables, markers):
        with conn.cursor().copy(sql.SQL("copy ({}) to stdout (format binary)").format(query)) as copy:
            for block in copy:
                digest.update(block)
    return digest.hexdigest()


ONLY_PRICES_TELL = (
    "drop trigger tier1_update on bqx.m1_eurusd",
    "delete from tier1.basket_base",
    "comment on function tier1.note_price_change() is 'definition of an older version'",
    "drop table tier1.completion_marker",
)
"""After each of these nothing but the prices tells what is still valid."""
