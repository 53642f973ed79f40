"""Months, look-back, checkpoints: read -> compute -> publish.

A month is computed from its own bars and the look-back before them, whatever range was asked for, from a
database or from a file: the same month has the same bytes however the history was cut.
"""

import hashlib
import json
import logging
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

import numpy as np
from psycopg import Connection

from include.market import PAIRS
from include.months import Month
from include.pipeline.memory import keep_freed_memory
from include.pipeline.shards import share_out
from include.settings import Settings
from include.stages import STAGES
from include.stages.catalogue import features_of
from include.stages.panel import BasketBase, Panel
from include.stages.registry import Options, compute, look_back, premises
from include.stages.triangular_arbitrage import COSTS_BPS
from include.store.connection import connect, wait_for_disk
from include.store.features.base import ensure_base
from include.store.features.publish import publish_month
from include.store.prices.panels import MonthPanel, keep_month, read_month
from include.store.prices.tables import PriceTables, price_tables
from include.store.prices.watch import ensure_watch
from include.store.runs.markers import (
    Basis,
    Marker,
    finished_from,
    lock_month,
    renew_basis,
    still_valid,
    write_marker,
)
from include.store.runs.stage_progress import Progress, write_progress
from include.store.schema import ensure_schema

log = logging.getLogger(__name__)


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


@dataclass(frozen=True, slots=True)
class Recipe:
    """What all months of a stage are made with.

    Attributes:
        stage: One of `STAGES`.
        tables: Where the prices are.
        watch: The watch on them; None where they have to be read to know whether they changed.
        base: The scale of all months.
        options: What else decides a feature's value.
    """

    stage: str
    tables: PriceTables
    watch: str | None
    base: BasketBase
    options: Options

    @property
    def look_back(self) -> int:
        """Bars before a month."""
        return look_back(self.stage, self.options)

    @property
    def premises(self) -> str:
        """Fingerprint of all that decides the values besides the prices."""
        told = json.dumps(premises(self.stage, self.base, self.options))
        return hashlib.sha256(told.encode()).hexdigest()

    def digest(self, panel: Panel) -> str:
        """Fingerprint of all that decides a month's values: where its marker has the same one it is valid."""
        fingerprint = hashlib.sha256(self.premises.encode())
        fingerprint.update(panel.ts.tobytes())
        fingerprint.update(panel.close.tobytes())
        return fingerprint.hexdigest()

    def basis(self, prices: MonthPanel) -> Basis:
        """What a month is computed from that has these prices."""
        return Basis(self.premises, prices.read_from, self.watch, prices.seen)


def run_stage(url: str, job: Job, settings: Settings) -> StageSummary:
    """Bring the job's months up to date, `settings.shards` of them at a time, and skip those that still fit.

    Can be killed and started again at any point: a month is published with its marker or not at all, and two
    runs of the same stage at once share the months out.

    Raises:
        DatabaseUnreachableError: The feature database did not let us in.
        ValueError: The prices cannot be computed with; the message says where.
    """
    started = time.monotonic()
    keep_freed_memory()
    with connect(url) as conn:
        recipe = _recipe(conn, job.stage, settings)
        valid = _valid_months(conn, job, recipe, job.months)
        progress = Progress(job.run_id, job.stage, len(job.months), len(valid))
        write_progress(conn, progress)
        log.info("%s: %d of %d months are still valid", job.stage, len(valid), len(job.months))
        one_after_another = Lock()

        def work(conn: Connection, month: Month) -> None:
            nonlocal progress
            rows = refresh_month(conn, job, recipe, month)
            with one_after_another:
                progress = progress.after(rows, time.monotonic() - started)
                found = "still valid" if rows is None else f"{rows} rows"
                log.info("%s %s: %s; %s", job.stage, month, found, progress)
                write_progress(conn, progress)

        todo = [month for month in job.months if month not in valid]
        share_out(url, todo, settings.shards, work, job.stage)
        wait_for_disk(conn)  # also where nothing was to be done: another try may have done it just now
    columns, seconds = len(features_of(job.stage)), time.monotonic() - started
    return StageSummary(job.stage, len(job.months), progress.computed, progress.rows, columns, seconds)


def _recipe(conn: Connection, stage: str, settings: Settings) -> Recipe:
    """What the stage's months are made with now; the schema, the watch and the base are there afterwards."""
    ensure_schema(conn)
    tables = price_tables(settings)
    watch = ensure_watch(conn, tables) if settings.watch_prices else None
    base = ensure_base(conn, tables, settings.base_time, settings.max_stale_bars)
    return Recipe(stage, tables, watch, base, stage_options(settings))


def refresh_month(conn: Connection, job: Job, recipe: Recipe, month: Month) -> int | None:
    """Compute and publish one month unless its marker still fits; one transaction.

    It is whole and visible at once, and on disk with the next commit that waits: see `wait_for_disk`.

    Returns:
        The rows written, or None where the month was still valid.
    """
    started = datetime.now(UTC)
    with conn.transaction():
        conn.execute("set local synchronous_commit = off")
        lock_month(conn, job.stage, month)
        if _valid_months(conn, job, recipe, [month]):  # another process was quicker
            return None
        # whoever forces a month wants its prices read, too
        prices = read_month(conn, recipe.tables, month, recipe.look_back, None if job.force else recipe.watch)
        digest = recipe.digest(prices.panel)
        finished = finished_from(conn, job.stage, month)
        if finished and finished[0] == digest and (not job.force or finished[1] == job.run_id):
            renew_basis(conn, job.stage, month, recipe.basis(prices))
            return None
        if recipe.watch and not prices.is_kept:
            keep_month(conn, month, prices, recipe.watch)  # before the lock that publishing takes
        columns = compute(job.stage, prices.panel, recipe.base, recipe.options)[:, prices.first :]
        publish_month(conn, job.stage, month, prices.panel.ts[prices.first :], columns)
        rows = columns.shape[1]
        host, end = socket.gethostname(), datetime.now(UTC)
        basis = recipe.basis(prices)
        write_marker(conn, Marker(job.stage, month, rows, digest, job.run_id, host, started, end, basis))
    return rows


def _valid_months(conn: Connection, job: Job, recipe: Recipe, months: list[Month]) -> set[Month]:
    """Those of the months that need not be looked at; where the job forces, those that it has computed."""
    valid = still_valid(conn, job.stage, months, recipe.premises, recipe.watch)
    return {month for month, run_id in valid.items() if not job.force or run_id == job.run_id}


def stage_options(settings: Settings) -> Options:
    """The settings' part in a feature's value."""
    costs = [settings.cost_bps.get(pair, cost) for pair, cost in zip(PAIRS, COSTS_BPS, strict=True)]
    return Options(settings.max_stale_bars, np.array(costs), settings.threshold_pct)


def longest_look_back(settings: Settings) -> int:
    """Bars before a month that some stage looks at."""
    return max(look_back(stage, stage_options(settings)) for stage in STAGES)
