"""A task of a run, as far as it reads what others have left."""

import json
from types import SimpleNamespace
from typing import Any

from tier1_tasks.form import PARAMS
from tier1_tasks.names import APPROVE, PREFLIGHT
from tier1_tasks.planned import RESIZE_KEY

RUN_ID = "manual"


def params(**changed: Any) -> dict[str, Any]:
    return {name: param.value for name, param in PARAMS.items()} | changed


def task_instance(
    left: dict[tuple[str, str], Any] | None = None, try_number: int = 1, **changed: Any
) -> SimpleNamespace:
    """Of a run with these parameters, whose tasks have left this, by task and key."""
    stored = {where: json.loads(json.dumps(what)) for where, what in (left or {}).items()}
    return SimpleNamespace(
        run_id=RUN_ID,
        dag_id="tier1",
        try_number=try_number,
        xcom_pull=lambda task_ids, key="return_value", map_indexes=None: stored.get((task_ids, key)),
        get_template_context=lambda: {"params": params(**changed)},
    )


def proposed(*, proposed: bool, why: str = "it pays", **told: str) -> dict[tuple[str, str], Any]:
    """What preflight leaves."""
    return {(PREFLIGHT, RESIZE_KEY): {"proposed": proposed, "why": why} | told}


def answered(option: str, name: str | None = "ann") -> dict[tuple[str, str], Any]:
    """What the approval leaves."""
    person = None if name is None else {"id": "1", "name": name}
    return {(APPROVE, "return_value"): {"chosen_options": [option], "responded_by_user": person}}
