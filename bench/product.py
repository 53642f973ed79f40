"""The product's own stages, as a task runs them."""

import logging
import uuid
from dataclasses import asdict
from typing import Any

import numpy as np

from bench.usage import Meter
from include.months import Month, parse_month
from include.numerics.rolling import forward_fill
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.settings import Settings
from include.stages import STAGES, stage_named
from include.store.connection import connect

SETTINGS = Settings()  # pyright: ignore[reportCallIssue]


def compute(
    url: str, server: int, stages: list[str], months: list[str], workers: int, *, checkpoint: bool
) -> dict[str, Any]:
    """Run the stages, one after the other, over the months; what is imported comes before the clock.

    A checkpoint at the end counts what long histories pay for on their way: all gets into the files.

    Returns:
        The `Usage` of all, `rows` and `seconds_by_stage`.
    """
    logging.basicConfig(level=logging.WARNING)
    forward_fill(np.zeros((1, 1)), 0)  # numba imports the rest of itself at the first call
    settings, wanted = SETTINGS.model_copy(update={"months_at_once": workers}), _parsed(months)
    jobs = [Job(stage_named(stage), wanted, f"bench__{uuid.uuid4()}") for stage in stages]
    meter = Meter(server)
    with meter:
        summaries = [run_stage(url, job, settings) for job in jobs]
        if checkpoint:
            with connect(url) as conn:
                conn.execute("checkpoint")
    rows = sum(summary.rows for summary in summaries)
    return asdict(meter.usage) | {
        "rows": rows,
        "seconds_by_stage": {summary.stage: summary.seconds for summary in summaries},
    }


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
