"""./tier1 run."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.console import console, fail
from cli.database import database_url, planned_months
from cli.options import EndMonth, StartMonth
from include.stages import STAGES, stage_named


def run(
    stage: Annotated[str, typer.Argument(help=f"One of {', '.join(map(str, STAGES))}.")],
    start_month: StartMonth = None,
    end_month: EndMonth = None,
    *,
    force: Annotated[bool, typer.Option(help="Compute also what is still valid.")] = False,
    months_at_once: Annotated[
        str | None,
        typer.Option(help="Months computed at the same time, or auto; default: TIER1_MONTHS_AT_ONCE."),
    ] = None,
) -> None:
    """Compute a stage's months on this machine; months that are still valid are skipped."""
    from include.pipeline.job import Job
    from include.pipeline.run_stage import run_stage
    from include.settings import settings

    wishes = settings()
    if months_at_once is not None:
        wishes = wishes.model_copy(update={"months_at_once": _at_once(months_at_once)})
    try:
        wanted = stage_named(stage)
    except ValueError as error:
        fail(str(error))
    months = planned_months(start_month, end_month)
    run_id = f"cli__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    try:
        summary = run_stage(database_url(), Job(wanted, months, run_id, force), wishes)
    except ValueError as error:
        fail(str(error))
    console.print(
        f"{summary.stage}: {summary.computed} of {summary.months} months computed, {summary.rows:,} rows, "
        f"{summary.seconds:.1f} s"
    )


def _at_once(text: str) -> int | str:
    from include.settings import AUTO, MOST_MONTHS_AT_ONCE

    if text != AUTO and not (text.isdecimal() and 1 <= int(text) <= MOST_MONTHS_AT_ONCE):
        fail(f"--months-at-once is {AUTO} or a number from 1 to {MOST_MONTHS_AT_ONCE}, not {text!r}")
    return text if text == AUTO else int(text)
