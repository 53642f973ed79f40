"""Months, look-back, checkpoints: read -> compute -> publish.

A month is computed from its own bars and the look-back before them, whatever range was asked for, from a
database or from a file: the same month has the same bytes however the history was cut.
"""

import hashlib
import json
import logging
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import Empty, SimpleQueue

import numpy as np
import pandas as pd
import psycopg
from psycopg import Connection

from include.market import PAIRS
from include.months import Month, month_range, start_of
from include.settings import Settings
from include.stages import STAGES
from include.stages.basket import basket_base
from include.stages.catalogue import FEATURES, features_of
from include.stages.panel import BasketBase, Panel
from include.stages.registry import Options, compute, look_back, premises
from include.stages.triangular_arbitrage import COSTS_BPS
from include.store.base import ensure_base
from include.store.connection import connect
from include.store.markers import Marker, finished_from, lock_month
from include.store.prices import PriceTables, price_tables, read_panel
from include.store.publish import publish_month
from include.store.schema import ensure_schema

log = logging.getLogger(__name__)

CANCEL_AGAIN_SECONDS = 1.0  # it may have been between two statements


@dataclass(frozen=True, slots=True)
class Job:
    """One stage over a range of months, on behalf of a run.

    Attributes:
        stage: One of `STAGES`.
        months: The months wanted, each computed and checkpointed on its own.
        run_id: Goes into the markers.
        force: Compute also what is still valid, unless this very run has computed it already.
    """

    stage: str
    months: list[Month]
    run_id: str
    force: bool = False


@dataclass(frozen=True, slots=True)
class StageSummary:
    """What a stage's run did."""

    stage: str
    months: int
    computed: int
    rows: int
    columns: int
    seconds: float


def run_stage(url: str, job: Job, settings: Settings) -> StageSummary:
    """Bring the job's months up to date, `settings.shards` of them at a time, and skip those that still fit.

    Can be killed and started again at any point: a month is published with its marker or not at all, and two
    runs of the same stage at once share the months out.

    Raises:
        DatabaseUnreachableError: The feature database did not let us in.
        ValueError: The prices cannot be computed with; the message says where.
    """
    started = time.monotonic()
    tables, options = price_tables(settings), stage_options(settings)
    with connect(url) as conn:
        ensure_schema(conn)
        base = ensure_base(conn, tables, settings.base_time, settings.max_stale_bars)
    todo: SimpleQueue[Month] = SimpleQueue()
    for month in job.months:
        todo.put(month)
    rows: list[int | None] = []
    connections: list[Connection] = []

    def work() -> None:
        with connect(url) as conn:  # one for many months: its statements are planned once
            connections.append(conn)
            while (month := _next(todo)) is not None:
                rows.append(refresh_month(conn, tables, job, month, base, options))
                _log_progress(job, month, rows, started)

    with ThreadPoolExecutor(settings.shards, thread_name_prefix=job.stage) as pool:
        workers = [pool.submit(work) for _ in range(settings.shards)]
        try:
            for worker in as_completed(workers):
                worker.result()
        except BaseException:  # after an error, a signal or a time limit no further month begins
            while _next(todo) is not None:
                pass
            _cancel(workers, connections)
            raise
    written = [r for r in rows if r is not None]
    return StageSummary(
        job.stage,
        len(job.months),
        len(written),
        sum(written),
        len(features_of(job.stage)),
        time.monotonic() - started,
    )


def refresh_month(
    conn: Connection, tables: PriceTables, job: Job, month: Month, base: BasketBase, options: Options
) -> int | None:
    """Compute and publish one month unless its marker still fits; one transaction.

    Returns:
        The rows written, or None where the month was still valid.
    """
    started = datetime.now(UTC)
    with conn.transaction():
        lock_month(conn, job.stage, month)
        panel, first = read_panel(
            conn, tables, start_of(month), start_of(month + 1), look_back(job.stage, options)
        )
        digest = input_digest(job.stage, panel, base, options)
        finished = finished_from(conn, job.stage, month)
        if finished and finished[0] == digest and (not job.force or finished[1] == job.run_id):
            return None
        columns = compute(job.stage, panel, base, options)[:, first:]
        rows = len(panel) - first
        marker = Marker(
            job.stage, month, rows, digest, job.run_id, socket.gethostname(), started, datetime.now(UTC)
        )
        publish_month(conn, marker, panel.ts[first:], columns)
    return rows


def input_digest(stage: str, panel: Panel, base: BasketBase, options: Options) -> str:
    """Fingerprint of all that decides a month's values; a month whose marker has the same one is valid."""
    fingerprint = hashlib.sha256(json.dumps(premises(stage, base, options)).encode())
    fingerprint.update(panel.ts.tobytes())
    fingerprint.update(panel.close.tobytes())
    return fingerprint.hexdigest()


def stage_options(settings: Settings) -> Options:
    """The settings' part in a feature's value."""
    costs = [settings.cost_bps.get(pair, cost) for pair, cost in zip(PAIRS, COSTS_BPS, strict=True)]
    return Options(settings.max_stale_bars, np.array(costs), settings.threshold_pct)


def longest_look_back(settings: Settings) -> int:
    """Bars before a month that some stage looks at."""
    return max(look_back(stage, stage_options(settings)) for stage in STAGES)


def features(
    prices: pd.DataFrame, base_time: datetime | None = None, options: Options | None = None
) -> pd.DataFrame:
    """All 384 columns from a table of close prices, month by month as in the database.

    Args:
        prices: Index `ts_utc` (UTC, increasing), one column a pair, NaN = no bar.
        base_time: The base bar is the first complete one at or after it; default: from the first bar on.
        options: Costs, staleness and threshold; default: the contract's.

    Returns:
        A row for each bar of the grid; booleans and directions as nullable types.

    Raises:
        ValueError: No bar has all 28 prices, or a value is not finite.
    """
    options = options or Options()
    grid = prices.dropna(how="all")
    ts = grid.index.tz_convert(None).to_numpy().astype("datetime64[us]")  # type: ignore[attr-defined]
    panel = Panel(ts, np.ascontiguousarray(grid[list(PAIRS)].to_numpy(float).T))
    since = None if base_time is None else np.datetime64(base_time.astimezone(UTC).replace(tzinfo=None), "us")
    base = basket_base(panel, since, options.max_stale_bars)
    months = _months_of(panel, base, options)
    values = np.concatenate(list(months), axis=1)
    columns = {
        f.name: pd.Series(v).astype(_PANDAS_TYPES[f.type]) for f, v in zip(FEATURES, values, strict=True)
    }
    return pd.DataFrame(columns).set_index(grid.index)


_PANDAS_TYPES = {"double precision": "float64", "boolean": "boolean", "smallint": "Int8"}


def _months_of(panel: Panel, base: BasketBase, options: Options) -> Iterator[np.ndarray]:
    """All 384 columns of each month that has bars, shape [384, bars of the month]."""
    months = panel.ts.astype("datetime64[M]")
    for month in month_range(months[0], months[-1]):
        first, end = np.searchsorted(months, [month, month + 1])
        stages = []
        for stage in STAGES:
            start = max(0, first - look_back(stage, options))
            stages.append(compute(stage, panel.slice(start, end), base, options)[:, first - start :])
        yield np.concatenate(stages)


def _next(todo: SimpleQueue[Month]) -> Month | None:
    with suppress(Empty):
        return todo.get_nowait()
    return None


def _cancel(workers: list[Future[None]], connections: list[Connection]) -> None:
    """End the workers, also one that waits for a lock in the database; what it had begun is rolled back."""
    while wait(workers, timeout=CANCEL_AGAIN_SECONDS).not_done:
        for conn in connections:
            with suppress(psycopg.Error):  # it was closed meanwhile, or the server is gone
                conn.cancel_safe(timeout=CANCEL_AGAIN_SECONDS)


def _log_progress(job: Job, month: Month, rows: list[int | None], started: float) -> None:
    done, elapsed = len(rows), time.monotonic() - started
    log.info(
        "%s %s: %s; %d of %d months, %.0f s, about %.0f s left",
        job.stage,
        month,
        "still valid" if rows[-1] is None else f"{rows[-1]} rows",
        done,
        len(job.months),
        elapsed,
        elapsed / done * (len(job.months) - done),
    )
