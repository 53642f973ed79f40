"""Puts the page of all runs together, from looks that all its viewers share."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import cast

from tier1_page.history import runs as runs_of_airflow
from tier1_page.history.figures import Figures, look_at_figures, past_run
from tier1_page.history.runs import Run
from tier1_page.history.view import HistoryView, PastRun
from tier1_page.live.model import Instance
from tier1_page.live.offered import Offered, see_offered
from tier1_page.shared_look import Seen, SharedLooks
from tier1_page.troubles import troubles_of
from tier1_tasks.names import DAG_ID


def _figures(run_ids: Hashable) -> Figures:
    return look_at_figures(cast("tuple[str, ...]", run_ids))


FIGURES = SharedLooks(_figures, seconds=3, patience=0.4, most=2)


def view_history() -> HistoryView:
    """Look what all viewers have seen last, or anew where that is too old."""
    runs = runs_of_airflow.RUNS.see()
    figures = FIGURES.see(tuple(run.run_id for run in runs.value or ()))
    return history(runs, figures, see_offered())


def history(runs: Seen[tuple[Run, ...]], figures: Seen[Figures], offered: Offered) -> HistoryView:
    """Put together what was seen."""
    past = tuple(past_run(run, figures.value) for run in runs.value or ())
    parts = {"The runs": runs, "The figures of the runs": figures}
    return HistoryView(
        title="Runs",
        say=" ".join(_say(past, offered.instance)),
        troubles=(*troubles_of(parts), *offered.troubles),
        dag_id=DAG_ID,
        instance=offered.instance,
        is_known=runs.at is not None,
        runs=past,
        longest_seconds=max((stage.seconds or 0.0 for run in past for stage in run.stages), default=0.0),
    )


def _say(runs: Sequence[PastRun], instance: Instance | None) -> Iterator[str]:
    if instance:
        yield f"{instance.instance_id} is {instance.size}: {instance.type}, {instance.state}."
    if runs:
        yield f"The last run, {runs[0].run_id}: {runs[0].state}."
