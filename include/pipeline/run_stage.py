"""Months, look-back, checkpoints: read -> compute -> publish.

A month is computed from its own bars and the look-back before them, whatever range was asked for, from a
database or from a file: the same month has the same bytes however the history was cut.
"""

import logging
import time
from collections.abc import Collection
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import Lock

from include.code import digest as digest_of_code
from include.months import Month
from include.pipeline.at_once import settle
from include.pipeline.effort import Effort
from include.pipeline.host import usable_vcpus
from include.pipeline.job import Job
from include.pipeline.memory import keep_freed_memory
from include.pipeline.recipe import Recipe, prepare
from include.pipeline.share_out import connections, share_out
from include.report.model import StageSummary
from include.settings import MonthsAtOnce, Settings
from include.store.connection import (
    Connection,
    DatabaseUnreachableError,
    connect,
    transaction_without_disk_wait,
    wait_for_disk,
)
from include.store.features.publish import publish_month
from include.store.grants import granted, named
from include.store.prices.panels import keep_month, read_month
from include.store.prices.refused import tables_are_named
from include.store.prices.tables import price_tables
from include.store.runs.markers import (
    Maker,
    Marker,
    finished_from,
    lock_month,
    renew_basis,
    still_valid,
    unfinished_months,
    write_marker,
)
from include.store.runs.stage_progress import Progress, write_progress

log = logging.getLogger(__name__)


def run_stage(url: str, job: Job, settings: Settings) -> StageSummary:
    """Bring the job's months up to date, several of them at a time, and skip those that are still valid.

    Can be killed and started again at any point: a month is published with its marker or not at all, and two
    runs of the same stage at once share the months out.

    Raises:
        DatabaseUnreachableError: the feature database cannot be reached, or the connection was lost, or it
            does not grant the connections for as many months at once as were asked for.
        ValueError: the prices cannot be computed with; the message says where.
    """
    began, started, effort = time.time(), time.monotonic(), Effort()
    keep_freed_memory()
    name = job.stage.name
    url = named(url, f"{name} {job.run_id}")
    tables = price_tables(settings)
    with tables_are_named(url, tables), ExitStack() as stack, connect(url) as conn:
        recipe = prepare(conn, job.stage, settings)
        valid = valid_months(conn, job, recipe, job.months)
        progress = Progress(job.run_id, name, len(job.months), len(valid), shard=job.shard)
        write_progress(conn, progress)
        log.info("%s: %d of %d months are still valid", name, len(valid), len(job.months))
        todo = [month for month in job.months if month not in valid]
        threads = _connections(stack, url, conn, job, settings.months_at_once, len(todo))
        maker = Maker(job.run_id, job.host, digest_of_code(), usable_vcpus(), len(threads))
        one_after_another = Lock()

        def work(conn: Connection, month: Month) -> None:
            nonlocal progress
            month_began = time.monotonic()
            with effort.of_a_month(conn):
                rows = refresh_month(conn, job, recipe, maker, month)
            took = time.monotonic() - month_began
            with one_after_another:
                progress = progress.after(rows, time.monotonic() - started)
                found = "still valid" if rows is None else f"{rows:,} rows"
                log.info("%s: %s in %.1f s; %s", month, found, took, progress)
                write_progress(conn, progress)

        share_out(threads, todo, work, name)
        wait_for_disk(conn)  # also where nothing was to be done: another try may have done it just now
        _require_kept(conn, job)
    done = f"{progress.computed} computed, {progress.valid} still valid, {progress.rows:,} rows"
    log.info("%s is done: %s; %s", name, done, progress)
    return StageSummary(
        stage=name,
        months=len(job.months),
        computed=progress.computed,
        rows=progress.rows,
        columns=len(job.stage.features),
        seconds=time.monotonic() - started,
        began=began,
        cpu_seconds=effort.cpu_seconds,
        month_seconds=effort.month_seconds,
        waited_seconds=effort.waited_seconds,
        at_once=len(threads),
        vcpus=maker.vcpus,
    )


def _connections(
    stack: ExitStack, url: str, conn: Connection, job: Job, wanted: MonthsAtOnce, todo: int
) -> list[Connection]:
    """Open a connection for each month at once, and say in the log why so many."""
    if not todo:
        return []
    at_once = settle(wanted, todo, job.shards, job.beside, granted(conn))
    log.info("%s: %s", job.stage, at_once)
    return connections(stack, url, at_once.months, at_once.at_least)


def _require_kept(conn: Connection, job: Job) -> None:
    """Refuse to end where finished months are gone: a pooler hides that the server has lost its last commits.

    Raises:
        DatabaseUnreachableError: the server has crashed, or another one has taken its place.
    """
    lost = unfinished_months(conn, job.stage.name, job.months)
    if lost:
        raise DatabaseUnreachableError(
            f"{job.stage}: the database has lost {len(lost)} finished months, {lost[0]} first: it has "
            "crashed, or a standby has taken its place. The others are kept: clear the task or repeat the "
            "command."
        )


def refresh_month(conn: Connection, job: Job, recipe: Recipe, maker: Maker, month: Month) -> int | None:
    """Compute and publish one month unless it is still valid; one transaction.

    The month becomes visible at once, and is on disk with the next commit that waits: see `wait_for_disk`.

    Returns:
        The rows written, or None where the month was still valid.
    """
    started, stage = datetime.now(UTC), job.stage
    with transaction_without_disk_wait(conn):
        lock_month(conn, stage.name, month)
        if valid_months(conn, job, recipe, [month]):  # another process was quicker
            return None
        # whoever forces a month wants its prices read, too
        prices = read_month(conn, recipe.tables, month, recipe.look_back, None if job.force else recipe.watch)
        digest, basis = recipe.digest(prices.panel), recipe.basis(prices)
        finished = finished_from(conn, stage.name, month)
        if finished and finished[0] == digest and (not job.force or finished[1] == job.run_id):
            renew_basis(conn, stage.name, month, basis)
            return None
        if recipe.watch and not prices.is_kept:
            keep_month(conn, month, prices, recipe.watch)  # before the lock that publishing takes
        columns = stage.compute(prices.panel, recipe.base, recipe.options)[:, prices.first :]
        rows_digest = publish_month(conn, stage.name, month, prices.panel.ts[prices.first :], columns)
        rows, end = columns.shape[1], datetime.now(UTC)
        marker = Marker(stage.name, month, rows, rows_digest, digest, maker, started, end, basis)
        write_marker(conn, marker)
    return rows


def valid_months(conn: Connection, job: Job, recipe: Recipe, months: Collection[Month]) -> set[Month]:
    """Return the months that need no work; where the job forces, those that its own run has computed."""
    valid = still_valid(conn, job.stage.name, months, recipe.fingerprint, recipe.watch)
    return {month for month, run_id in valid.items() if not job.force or run_id == job.run_id}
