"""What a task refuses to run without: a parameter, a big instance, a downsize to come, months that fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from include.settings import settings
from include.stages import STAGES
from tier1_tasks import looking
from tier1_tasks.advice import CLEAR_AGAIN
from tier1_tasks.database import conninfo
from tier1_tasks.form import RunParams
from tier1_tasks.names import DATABASE, DOWNSIZE
from tier1_tasks.planned import WHY, months_of, resizes


def only_if(param: str) -> Callable[[Mapping[str, Any]], None]:
    """Make a `pre_execute` that skips its task where the run's parameter is off."""
    return partial(_skip_unless, param)


def _skip_unless(param: str, context: Mapping[str, Any]) -> None:
    if not getattr(RunParams.of(context["params"]), param):
        raise AirflowSkipException(f"The parameter {param} is off.")


def require_work_type(run: RunParams, ti: Any) -> None:
    """Refuse to compute on a small instance that was to be big: someone cleared the stage without its setups.

    A run without a resize computes on whatever the instance is.
    """
    if not resizes(ti):
        return
    now = looking.look(run.instance_id)
    if now.type not in run.work_types or now.state != "running":
        raise AirflowFailException(
            f"{now}, but the stages need it running as {run.work_types_text}. {CLEAR_AGAIN}"
        )


def require_downsize_to_come(context: Mapping[str, Any]) -> None:
    """Refuse to grow where nothing would shrink again: somebody cleared upsize without its teardown."""
    from airflow.utils.state import State

    ti: Any = context["ti"]
    if not resizes(ti):
        return
    states = ti.get_task_states(dag_id=ti.dag_id, task_ids=[DOWNSIZE], run_ids=[ti.run_id])
    state = states.get(ti.run_id, {}).get(DOWNSIZE)
    if state in State.finished:
        raise AirflowFailException(
            f"downsize has ended already ({state}) and would not run after this task: the instance was not "
            f"made big. {CLEAR_AGAIN}"
        )


def require_months_that_fit(ti: Any) -> None:
    """Refuse to publish a mix: prices may have been corrected after a stage had read them.

    What the first stage computed from the old prices and a later one from the new ones is valid for neither.
    """
    from include.pipeline.moved import moved_months, stretches

    moved = moved_months(conninfo(DATABASE), settings(), months_of(ti))
    if not moved:
        return
    found = "; ".join(f"{name} {stretches(months)}" for name, months in moved.items())
    first = next(stage.task_id for stage in STAGES if stage.name in moved)
    why = (
        f"prices or settings have changed since these months were computed: {found}. Nothing was published. "
        f"Clear {first} with 'Downstream' ticked and 'Clear only failed tasks' not ticked: it computes these "
        "months again, and skips all others"
    )
    ti.xcom_push(key=WHY, value=why)
    raise AirflowFailException(why)
