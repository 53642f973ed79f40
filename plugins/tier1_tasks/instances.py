"""The task instances of a run, as people see them: of a mapped task one for each shard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from include.months import MonthRange


@dataclass(frozen=True)
class Instance:
    """A task of a run, or one of its shards.

    Attributes:
        name: the task's id; behind it, where there are several shards, its months, as in Airflow's UI.
        task_id: the task.
        map_index: which shard it is; None of a task that is not mapped, or not yet.
        state: its state; None where it has not run.
    """

    name: str
    task_id: str
    map_index: int | None
    state: str | None


def instances(
    task_ids: Sequence[str], states: Mapping[str, str | None], shards: Sequence[MonthRange]
) -> Iterator[Instance]:
    """Yield the instances of the tasks, in their order.

    Args:
        task_ids: the tasks.
        states: what `get_task_states` says: by task id, behind which a mapped one has its index.
        shards: the months of each shard.
    """
    for task_id in task_ids:
        mapped = [index for index in range(len(shards)) if f"{task_id}_{index}" in states]
        if not mapped:
            yield Instance(task_id, task_id, None, states.get(task_id))
        for index in mapped:
            shard = shards[index]
            name = task_id if len(shards) == 1 else f"{task_id} [{shard.first} to {shard.last}]"
            yield Instance(name, task_id, index, states[f"{task_id}_{index}"])
