"""The product's own stages, as a task runs them."""

import logging
import time
import uuid
from dataclasses import asdict
from typing import Any

from bench.usage import Meter
from include.months import Month, parse_month
from include.pipeline import Job, run_stage
from include.settings import Settings
from include.store.connection import connect


def forget(url: str) -> None:
    """As before the first run: nothing is computed, no price table is watched, nothing waits for the disk."""
    with connect(url) as conn:
        conn.execute("drop schema if exists tier1 cascade")
        conn.execute("checkpoint")


def compute(url: str, server: int, stages: list[str], months: list[str], shards: int) -> dict[str, Any]:
    """Run the stages, one after the other, over the months.

    Returns:
        The `Usage` of all, `rows` and `seconds_by_stage`.
    """
    logging.basicConfig(level=logging.WARNING)
    settings, wanted = Settings(shards=shards), _parsed(months)
    jobs, meter = [Job(stage, wanted, f"bench__{uuid.uuid4()}") for stage in stages], Meter(server)
    with meter:
        summaries = [run_stage(url, job, settings) for job in jobs]
    rows = sum(summary.rows for summary in summaries)
    return asdict(meter.usage) | {
        "rows": rows,
        "seconds_by_stage": {summary.stage: summary.seconds for summary in summaries},
    }


def skip(url: str, stage: str, months: list[str]) -> float:
    """Seconds of a stage whose months are all valid, in a process of its own.

    Raises:
        RuntimeError: It has computed something.
    """
    job, settings = Job(stage, _parsed(months), f"bench__{uuid.uuid4()}"), Settings()
    started = time.perf_counter()
    summary = run_stage(url, job, settings)
    if summary.computed:
        raise RuntimeError(f"{summary.computed} months of {stage} were computed that should have been valid")
    return time.perf_counter() - started


def _parsed(months: list[str]) -> list[Month]:
    return [parse_month(month) for month in months]
