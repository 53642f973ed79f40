"""The product itself, through the same door as its peers."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bench.peers.shared import LOOK_BACK
from include.months import month_of
from include.stages import STAGES
from include.stages.options import Options
from include.stages.panel import BasketBase, Panel
from include.stages.stage import Stage
from include.store.connection import connect
from include.store.features.publish import publish_month
from include.store.prices.reading import read_panel
from include.store.prices.tables import PriceTables
from include.store.schema import SCHEMA, ensure_schema

OPTIONS = Options()


@dataclass(frozen=True, slots=True)
class Features:
    """Times [T] and the columns of each stage, [C, T]."""

    ts: np.ndarray
    columns: dict[Stage, np.ndarray]


def read(url: str, tables: PriceTables, start: datetime, end: datetime) -> Panel:
    """See `Peer`."""
    with connect(url) as conn:
        panel, _ = read_panel(conn, tables, start, end, LOOK_BACK)
    return panel


def prices_of(ts: np.ndarray, close: np.ndarray) -> Panel:
    """See `Peer`."""
    return Panel(ts, close)


def compute(prices: Panel, base: np.ndarray, start: datetime) -> Features:
    """See `Peer`: stage by stage, each with its own look-back, as `include.pipeline.run_stage` does it."""
    first = int(np.searchsorted(prices.ts, np.datetime64(start.replace(tzinfo=None), "us")))
    scale = BasketBase(prices.ts[0], base)
    columns = {}
    for stage in STAGES:
        since = max(0, first - stage.look_back(OPTIONS))
        values = stage.compute(prices.slice(since, len(prices)), scale, OPTIONS)
        columns[stage] = values[:, first - since :]
    return Features(prices.ts[first:], columns)


def write(url: str, schema: str, features: Features) -> None:
    """See `Peer`; all rows are of one month, and the three tables go at once as the peers' do.

    Raises:
        ValueError: the schema is not the product's own: it knows no other.
    """
    if schema != SCHEMA:
        raise ValueError(f"the product writes to {SCHEMA}, not to {schema}")
    with connect(url) as conn:
        ensure_schema(conn)
    month = month_of(datetime.fromisoformat(f"{features.ts[0]}+00:00"))

    def publish(stage: Stage) -> None:
        with connect(url) as conn, conn.transaction():
            publish_month(conn, stage.name, month, features.ts, features.columns[stage])

    with ThreadPoolExecutor(len(STAGES)) as pool:
        list(pool.map(publish, STAGES))


def values_of(features: Features) -> np.ndarray:
    """See `Peer`."""
    return np.concatenate([features.columns[stage] for stage in STAGES])
