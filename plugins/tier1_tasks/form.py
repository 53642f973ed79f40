"""The trigger form: the run's parameters, as Airflow asks for them and as tasks read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from airflow.sdk import Param

from ec2_resize.ladder import as_types
from include.month_text import MONTH_PATTERN
from include.settings import AUTO, MOST_SHARDS, WhenToResize, settings

S = settings()
MONTH = {"type": ["null", "string"], "pattern": MONTH_PATTERN}

PARAMS: dict[str, Param] = {
    "start_month": Param(
        None, title="First month", description="YYYY-MM; empty = the first loaded one.", **MONTH
    ),
    "end_month": Param(
        None, title="Last month", description="YYYY-MM, included; empty = the last one that is over.", **MONTH
    ),
    "require_approval": Param(S.require_approval, type="boolean", title="Ask before anything is done"),
    "force": Param(default=False, type="boolean", title="Compute also what is still valid"),
    "evaluate": Param(
        S.evaluate, type="boolean", title="Profile the features, and measure whether they help"
    ),
    "shards": Param(
        S.shards,
        type="integer",
        minimum=1,
        maximum=MOST_SHARDS,
        title="Tasks of a stage, each with its months",
    ),
    "months_at_once": Param(
        str(S.months_at_once),
        type=["string", "integer"],
        pattern=f"^({AUTO}|[1-9][0-9]?)$",
        title="Months that a task computes at the same time",
        description="A number, or auto: what its host has vCPUs, memory and connections for.",
    ),
    "resize": Param(
        S.resize.value,
        enum=[choice.value for choice in WhenToResize],
        section="Instance",
        title="Make the instance big",
        description="if_needed: where the work takes long on the instance as it is; never: no instance is "
        "touched.",
    ),
    "instance_id": Param(S.instance_id, type="string", pattern="^i-[0-9a-f]+$", section="Instance"),
    "base_type": Param(S.base_type, type="string", section="Instance", title="Type outside of a run"),
    "work_type": Param(
        S.work_type,
        type=["string", "array"],
        section="Instance",
        title="Type for the work",
        description="Several with commas, best first: the next one is taken where AWS refuses one.",
    ),
}


@dataclass(frozen=True)
class RunParams:
    """The parameters of a run.

    Attributes:
        instance_id: the instance.
        base_type: what the instance is outside of a run.
        small_types: types that the instance may be left on, the base type first.
        work_types: the big types, best first.
        start_month: first month, YYYY-MM; None for the first loaded one.
        end_month: last month, included; None for the last one that is over.
        shards: how many tasks a stage is shared out to.
        months_at_once: how many months a task computes at the same time; "auto" for what its host can.
        resize: whether the instance is made big.
        force: compute also what is still valid.
        require_approval: ask a person before anything is touched or computed.
        evaluate: profile the features, and measure whether they help.
    """

    instance_id: str
    base_type: str
    small_types: list[str]
    work_types: list[str]
    start_month: str | None
    end_month: str | None
    shards: int
    months_at_once: int | Literal["auto"]
    resize: WhenToResize
    force: bool
    require_approval: bool
    evaluate: bool

    @property
    def work_types_text(self) -> str:
        """The big types, for people."""
        return " or ".join(self.work_types)

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> RunParams:
        """Parse the parameters as Airflow gives them to a task."""
        return cls(
            instance_id=params["instance_id"],
            base_type=params["base_type"],
            small_types=small_types(params["base_type"]),
            work_types=as_types(params["work_type"]),
            start_month=params["start_month"],
            end_month=params["end_month"],
            shards=params["shards"],
            months_at_once=_months_at_once(params["months_at_once"]),
            resize=WhenToResize(params["resize"]),
            force=params["force"],
            require_approval=params["require_approval"],
            evaluate=params["evaluate"],
        )


def _months_at_once(param: str | int) -> int | Literal["auto"]:
    """Read the parameter; a form gives a number as text."""
    return AUTO if param == AUTO else int(param)


def small_types(base_type: str) -> list[str]:
    """Types that an instance may be left on: its base type, and those of the same size."""
    return as_types([base_type, *as_types(S.base_equivalents)])
