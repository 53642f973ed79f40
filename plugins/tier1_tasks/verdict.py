"""The verdict: the report of the run, and whether work, validation and instance are all well."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from ec2_instance.errors import AwsError, error_text
from include.settings import settings
from include.stages import STAGES
from tier1_tasks import defaults, looking
from tier1_tasks.database import conninfo
from tier1_tasks.names import DATABASE, DOWNSIZE, EVALUATE, PREFLIGHT, TAGS, UPSIZE, VALIDATE, VERDICT
from tier1_tasks.planned import why_failed
from tier1_tasks.resizing import pages

log = logging.getLogger("tier1")

S = settings()


@task(
    execution_timeout=timedelta(minutes=10),
    on_failure_callback=pages("TIER 1: run {run_id:.60} has failed"),
    **defaults.VERDICT,
)
def verdict(params: dict[str, Any], dag: Any, ti: Any) -> None:
    """Write the report; fail unless work, validation and infrastructure are all well."""
    instance, now = look_at_the_end(params["instance_id"])
    try:
        problems = write_report(params, dag, ti, instance)
    except Exception as error:
        raise AirflowException(f"{now}. The report could not be made: {error}") from error
    if problems:
        raise AirflowFailException(f"{now}. " + "; ".join(problems))


def look_at_the_end(instance_id: str) -> tuple[dict[str, Any] | None, str]:
    """Return the instance as plain values and in words, whatever AWS answers."""
    try:
        found = looking.look(instance_id)
    except AwsError as error:
        log.exception("Cannot read %s", instance_id)
        return None, f"Cannot read {instance_id}: {error_text(error)}"
    holder = TAGS.holder_in(found.tags)
    return {**asdict(found), "holder": str(holder) if holder else None}, looking.in_words(found)


def write_report(params: dict[str, Any], dag: Any, ti: Any, instance: dict[str, Any] | None) -> list[str]:
    """Make the report, log it, store it; return what is not well."""
    from include.report.build import build_report
    from include.report.markdown import to_markdown
    from include.report.model import Facts
    from include.store.connection import DATABASE_ERRORS, connect
    from include.store.runs.reports import write_report as store

    known: dict[str, Any] = {**facts(params, dag, ti), "instance": instance}
    report = build_report(Facts(**known), S.hourly_usd)
    log.info("Report\n%s", to_markdown(report))
    try:
        with connect(conninfo(DATABASE)) as conn:
            store(conn, report)
    except DATABASE_ERRORS as error:  # the database may be on the instance itself
        return [*report.problems, f"the report is in this log only: {error}"]
    return list(report.problems)


def facts(params: dict[str, Any], dag: Any, ti: Any) -> dict[str, Any]:
    """Return what the tasks of the run have left behind."""
    states = ti.get_task_states(dag_id=dag.dag_id, run_ids=[ti.run_id])[ti.run_id]
    tasks = [task.task_id for task in dag.topological_sort() if task.task_id != VERDICT]
    failed = [name for name in tasks if states.get(name) == "failed"]
    result = {name: ti.xcom_pull(task_ids=name) for name in tasks}
    return {
        "run_id": ti.run_id,
        "parameters": dict(params),
        "plan": result[PREFLIGHT],
        "tasks": {name: states.get(name) for name in tasks},
        "reasons": {name: why for name in failed if (why := why_failed(ti, name)) is not None},
        "stages": [found for stage in STAGES if (found := result[stage.task_id])],
        "upsize": result[UPSIZE],
        "downsize": result[DOWNSIZE],
        "validation": result[VALIDATE] or [],
        "evaluation": result[EVALUATE],
    }
