"""The product's own stages, as the tasks of a run do them."""

import hashlib
import uuid
from dataclasses import asdict
from typing import Any

import numpy as np
from psycopg import Connection, sql

from bench.usage import Meter
from bench.worker import workers
from include.months import Month, parse_month
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.settings import Settings
from include.stages import STAGES
from include.store.connection import connect
from include.store.schema import SCHEMA

SETTINGS = Settings()  # pyright: ignore[reportCallIssue]
ADD_UP = ("seconds", "client_cpu", "server_cpu", "rows", "with_lock", "without_lock")
Result = dict[str, Any]


def compute(
    url: str,
    server: int,
    stages: list[str],
    months: list[str],
    at_once: int,
    shards: int,
    *,
    checkpoint: bool,
) -> Result:
    """Run the stages, one after the other, over the months; what is imported comes before the clock.

    A checkpoint at the end counts what long histories pay for on their way: all gets into the files.

    Args:
        url: the database with the prices.
        server: process number of PostgreSQL's postmaster.
        stages: their names.
        months: all months.
        at_once: months that a worker computes at the same time.
        shards: workers that share the months out, each a contiguous part of them.
        checkpoint: whether to end with one.

    Returns:
        The `Usage` of all, with `rows`, how often the workers were seen `with_lock` and `without_lock`, and
        the `hosts` that the markers name; `by_stage` has the same of each, and bytes of its tables and log.
    """
    parts = [list(map(str, part)) for part in np.array_split(months, shards)]
    with connect(url) as conn, workers(url, parts, at_once) as crew:
        by_stage = {stage: _stage(conn, server, crew, stage) for stage in stages}
        at_the_end = Meter(server)
        with at_the_end:
            if checkpoint:
                conn.execute("checkpoint")
        hosts = conn.execute("select distinct host from tier1.completion_marker order by host").fetchall()
        for stage in stages:
            by_stage[stage]["table_bytes"] = _table_bytes(conn, stage)
    each = [*by_stage.values(), asdict(at_the_end.usage) | {"rows": 0, "with_lock": 0, "without_lock": 0}]
    return {
        **{name: sum(one[name] for one in each) for name in ADD_UP},
        "peak_rss_mb": max(one["peak_rss_mb"] for one in by_stage.values()),
        "hosts": [host for (host,) in hosts],
        "by_stage": by_stage,
    }


def _stage(conn: Connection, server: int, crew: list[Any], stage: str) -> Result:
    """Have all workers compute their months of a stage at the same time."""
    log_before = _written_to_log(conn)
    meter = Meter(server)
    with meter:
        for worker in crew:
            worker.begin(stage)
        answers = [worker.answer() for worker in crew]
    usage = asdict(meter.usage)  # but for what the workers took themselves
    sums = {
        name: sum(a[name] for a in answers) for name in ("rows", "client_cpu", "with_lock", "without_lock")
    }
    peak = max(answer["peak_rss_mb"] for answer in answers)
    return {**usage, **sums, "peak_rss_mb": peak, "log_bytes": _written_to_log(conn) - log_before}


def _written_to_log(conn: Connection) -> int:
    (end,) = conn.execute("select (pg_current_wal_insert_lsn() - '0/0')::bigint").fetchone() or (0,)
    return end


def _table_bytes(conn: Connection, stage: str) -> int:
    query = "select sum(pg_total_relation_size(relid))::bigint from pg_partition_tree(%s)"
    (size,) = conn.execute(query, [f"{SCHEMA}.{stage}"]).fetchone() or (0,)
    return size


def digest(url: str) -> str:
    """Return a digest of all bytes of the stages' rows, in the order of their times."""
    of_all = hashlib.sha256()
    with connect(url) as conn:
        for stage in STAGES:
            rows = sql.SQL("select * from {} order by ts_utc").format(sql.Identifier(SCHEMA, stage.name))
            with conn.cursor().copy(sql.SQL("copy ({}) to stdout (format binary)").format(rows)) as copy:
                for block in copy:
                    of_all.update(block)
    return of_all.hexdigest()


def skip(url: str, months: list[str]) -> dict[str, float]:
    """Measure the seconds of each stage where all months are valid.

    Raises:
        RuntimeError: it has computed something.
    """
    seconds = {}
    for stage in STAGES:
        summary = run_stage(url, Job(stage, _parsed(months), f"bench__{uuid.uuid4()}"), SETTINGS)
        if summary.computed:
            raise RuntimeError(f"{summary.computed} months of {stage} were computed that ought to be valid")
        seconds[stage.name] = summary.seconds
    return seconds


def _parsed(months: list[str]) -> list[Month]:
    return [parse_month(month) for month in months]
