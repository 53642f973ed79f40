"""What a task refuses to run without: a parameter, a person's word, a big instance, a downsize to come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from include.settings import settings
from tier1_tasks import looking
from tier1_tasks.advice import CLEAR_AGAIN
from tier1_tasks.form import RunParams
from tier1_tasks.names import DOWNSIZE

WORK_TYPES = "{{ run(params).work_types_text }}"


def only_if(param: str) -> Callable[[Mapping[str, Any]], None]:
    """Make a `pre_execute` that skips its task where the run's parameter is off."""
    return partial(_skip_unless, param)


def _skip_unless(param: str, context: Mapping[str, Any]) -> None:
    if not getattr(RunParams.of(context["params"]), param):
        raise AirflowSkipException(f"The parameter {param} is off.")


def approve() -> ApprovalOperator:
    """Ask a person before the instance grows."""
    return ApprovalOperator(
        task_id="approve",
        subject=f"Make {{{{ params.instance_id }}}} a {WORK_TYPES}?",
        body=f"The instance stops, starts again as {WORK_TYPES}, computes {{{{ months(ti) }}}}, and becomes "
        "a {{ params.base_type }} again. After a rejection, too, downsize makes sure that the instance runs "
        "as {{ params.base_type }}.\n\nDoes it pay to grow? {{ worth(ti) }}.",
        fail_on_reject=True,
        response_timeout=settings().approval_timeout_hours,
        pre_execute=only_if("require_approval"),
    )


def require_work_type(run: RunParams) -> None:
    """Refuse to compute on the small instance: someone cleared the stage without its setups."""
    now = looking.look(run.instance_id)
    if now.type not in run.work_types or now.state != "running":
        raise AirflowFailException(
            f"{now}, but the stages need it running as {run.work_types_text}. {CLEAR_AGAIN}"
        )


def require_downsize_to_come(context: Mapping[str, Any]) -> None:
    """Refuse to grow where nothing would shrink again: somebody cleared upsize without its teardown."""
    from airflow.utils.state import State

    ti: Any = context["ti"]
    states = ti.get_task_states(dag_id=ti.dag_id, task_ids=[DOWNSIZE], run_ids=[ti.run_id])
    state = states.get(ti.run_id, {}).get(DOWNSIZE)
    if state in State.finished:
        raise AirflowFailException(
            f"downsize has ended already ({state}) and would not run after this task: the instance was not "
            f"made big. {CLEAR_AGAIN}"
        )
