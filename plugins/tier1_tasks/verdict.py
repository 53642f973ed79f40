"""The verdict: the report of the run, and whether work, validation and instance are all well."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from include.stages import STAGES
from tier1_tasks import defaults
from tier1_tasks.at_the_end import look_at_the_end, with_what_aws_says
from tier1_tasks.database import conninfo
from tier1_tasks.failures import failures
from tier1_tasks.form import RunParams, problems_with_parameters
from tier1_tasks.instances import Instance, instances
from tier1_tasks.links import page_url
from tier1_tasks.names import DATABASE, DOWNSIZE, EVALUATE, PREFLIGHT, UPSIZE, VALIDATE, VERDICT
from tier1_tasks.planned import CHECKS_KEY, ESTIMATE_KEY, choice_of, months_of, shards_of, why_failed
from tier1_tasks.resizing import pages
from tier1_tasks.series import series_of
from tier1_tasks.what_to_do import say_what_to_do

log = logging.getLogger("tier1")
NOT_READ = "the report before could not be read"


@task(
    execution_timeout=timedelta(minutes=10),
    on_failure_callback=[say_what_to_do, *pages("TIER 1: run {run_id:.60} has failed")],
    **defaults.VERDICT,
)
def verdict(params: dict[str, Any], dag: Any, ti: Any) -> None:
    """Write the report; fail unless work, validation and infrastructure are all well.

    An instance that the run has not touched is looked at, and does not count.
    """
    instance, now = look_at_the_end(RunParams.of(params), ti)
    log.info("%s", now)  # before all that takes time
    try:
        problems = write_report(params, dag, ti, instance)
    except Exception as error:
        raise AirflowException(f"{now}. The report could not be made: {error}") from error
    if problems:
        raise AirflowFailException(f"{now}. " + "; ".join(problems))


def write_report(params: dict[str, Any], dag: Any, ti: Any, instance: dict[str, Any] | None) -> list[str]:
    """Make the report, log it, store it; return what is not well."""
    from include.report.build import build_report
    from include.report.markdown import to_markdown
    from include.report.model import Facts
    from include.store.connection import DATABASE_ERRORS, connect
    from include.store.runs.reports import write_report as store

    choice = choice_of(ti)
    no_resize = "" if choice.resizes else choice.why
    known: dict[str, Any] = {**facts(params, dag, ti), "instance": instance, "no_resize": no_resize}
    before, lost = report_before(ti.run_id)
    report = build_report(with_prices(params, Facts(**known)), before, lost=lost)
    log.info("Report\n%s", to_markdown(report))
    try:
        with connect(conninfo(DATABASE)) as conn:
            store(conn, report)
    except DATABASE_ERRORS as error:  # the database may be on the instance itself
        return [*report.problems, f"the report is in this log only: {error}"]
    log.info("The report of this run: %s", report_url(ti.run_id))
    return list(report.problems)


def report_before(run_id: str) -> tuple[Any, str]:
    """Return what the verdict of an earlier attempt has stored, if the run was cleared, or why not.

    Returns:
        The report, None without one; and why nobody knows whether there is one, or what it says.
    """
    from include.report.model import UnreadableReportError
    from include.store.connection import DATABASE_ERRORS, connect
    from include.store.runs.reports import read_report

    try:
        with connect(conninfo(DATABASE)) as conn:
            return read_report(conn, run_id), ""
    except (*DATABASE_ERRORS, UnreadableReportError):
        log.exception("The report lacks what earlier attempts of this run cost")
        return None, NOT_READ


def with_prices(params: dict[str, Any], facts: Any) -> Any:
    """Add what is good to know; whatever goes wrong there, the report is made."""
    try:
        return with_what_aws_says(RunParams.of(params), facts)
    except Exception:
        log.exception("The report lacks prices")
        return facts


def report_url(run_id: str) -> str:
    """Return where the report of a run is, from where people reach the API server."""
    return page_url(f"tier1/runs/{quote(run_id, safe='')}/report")


def facts(params: dict[str, Any], dag: Any, ti: Any) -> dict[str, Any]:
    """Return what the tasks of the run have left behind."""
    states = ti.get_task_states(dag_id=dag.dag_id, run_ids=[ti.run_id])[ti.run_id]
    shards = shards_of(ti)
    tasks = [task.task_id for task in dag.topological_sort() if task.task_id != VERDICT]
    found = list(instances(tasks, states, shards))
    whys = {it.name: why(params, ti, it) for it in found if it.state == "failed"}
    return {
        "run_id": ti.run_id,
        "parameters": dict(params),
        "plan": months_of(ti).as_texts() if shards else None,
        "tasks": {it.name: it.state for it in found},
        "reasons": {name: why for name, why in whys.items() if why is not None},
        "is_refused": states.get(PREFLIGHT) == "failed" and bool(problems_with_parameters(params)),
        "stages": summaries(ti, len(shards)),
        "upsize": ti.xcom_pull(task_ids=UPSIZE),
        "downsize": ti.xcom_pull(task_ids=DOWNSIZE),
        "validation": ti.xcom_pull(task_ids=VALIDATE) or [],
        "evaluation": ti.xcom_pull(task_ids=EVALUATE),
        "estimate": ti.xcom_pull(task_ids=PREFLIGHT, key=ESTIMATE_KEY),
        "series": series_of(ti, found, months_of(ti) if shards else None),
    }


def why(params: dict[str, Any], ti: Any, it: Instance) -> str | None:
    """Return why a task has failed, in its own words; None of one that has left none."""
    from ec2_resize.preflight.check import Check

    if it.task_id != PREFLIGHT:
        return why_failed(ti, it.task_id, it.map_index)
    checks = ti.xcom_pull(task_ids=PREFLIGHT, key=CHECKS_KEY) or ()
    return (
        " | ".join(problems_with_parameters(params) or failures([Check(**line) for line in checks])) or None
    )


def summaries(ti: Any, shards: int) -> list[Any]:
    """Return what each stage did, its shards together; nothing of a stage of which none has succeeded."""
    from include.report.model import StageSummary
    from include.report.shards import together

    left = [ti.xcom_pull(task_ids=stage.task_id, map_indexes=range(shards)) for stage in STAGES]
    done = [[StageSummary(**it) for it in found if it] for found in left]
    return [together(found) for found in done if found]
