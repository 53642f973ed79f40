"""The trigger form: the run's parameters, as Airflow asks for them and as tasks read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from airflow.sdk import Param

from ec2_resize.ladder import as_types
from include.month_text import MONTH_PATTERN
from include.report.price_table import hourly_usd
from include.settings import AUTO, MOST_MONTHS_AT_ONCE, MOST_SHARDS, WhenToResize, settings

S = settings()
# Without a `pattern`: of a value that does not fit one, Airflow 3.3.2 says "Bad Request" and not even which
# field it is. Preflight says it in words, before it looks at anything.
MONTH: dict[str, Any] = {"type": ["null", "string"]}
TYPE = r"[a-z][a-z0-9-]*\.[a-z0-9-]+"
"""A regular expression for an instance type."""
TYPES = rf"^\s*{TYPE}(\s*,\s*{TYPE})*[\s,]*$"
"""The same for several with commas."""
MINUTES = f"{S.worth_resizing_minutes.total_seconds() / 60:g} minutes"


def hourly(instance_type: str) -> str:
    """Return what a type costs, as far as that is known without asking AWS."""
    usd = hourly_usd(S.hourly_usd).get(instance_type)
    return instance_type if usd is None else f"{instance_type} (about ${usd:.2f} an hour)"


# What decides what a run does and costs stands first, and open; the rest is folded by its section. Nothing
# here reads the database: the file is parsed every few seconds. What an empty month means, preflight settles.
PARAMS: dict[str, Param] = {
    "start_month": Param(
        None,
        title="First month",
        description="YYYY-MM, such as 2024-01. Empty: the first month that is loaded. Months that are still "
        "valid are skipped, and cost nothing. Preflight refuses what is no month, and touches nothing.",
        **MONTH,
    ),
    "end_month": Param(
        None,
        title="Last month",
        description="YYYY-MM, included. Empty: the last loaded month that is over.",
        **MONTH,
    ),
    "resize": Param(
        S.resize.value,
        type="string",
        enum=[choice.value for choice in WhenToResize],
        values_display={
            WhenToResize.ALWAYS.value: "always: stop it, make it big, and small again afterwards",
            WhenToResize.IF_NEEDED.value: f"if needed: only where the work would take more than {MINUTES}",
            WhenToResize.NEVER.value: "never: compute on it as it is, touch no instance",
        },
        title="Make the instance big",
        description=f"Big, the instance costs as a {hourly(as_types(S.work_type)[0])} instead of a "
        f"{hourly(S.base_type)}, and is twice away for some minutes: the tab Before a run has how long "
        "it takes here, and whether it pays.",
    ),
    "require_approval": Param(
        S.require_approval,
        type="boolean",
        title="Ask before anything is done",
        description="On: the run waits at approve, for at most "
        f"{S.approval_timeout_hours.total_seconds() / 3600:g} hours, with the estimate of time and cost. "
        "Off: it does what preflight proposes.",
    ),
    "force": Param(
        default=False,
        type="boolean",
        section="What is computed",
        title="Compute also what is still valid",
        description="Off: only months that are new, or whose prices or settings have changed. On: all months "
        "anew, for the time and cost of the first time; their features are replaced.",
    ),
    "evaluate": Param(
        S.evaluate,
        type="boolean",
        section="What is computed",
        title="Profile the features, and measure whether they help",
        description="For the report; it changes no feature. It takes some minutes, in which the instance is "
        "still big.",
    ),
    "shards": Param(
        S.shards,
        type="integer",
        minimum=1,
        maximum=MOST_SHARDS,
        section="How it is shared out",
        title="Tasks of a stage, each with its months",
        description=f"1 to {MOST_SHARDS}. More than 1 is quicker only where several workers take them: "
        "docs/how-to/scale-out.md.",
    ),
    "months_at_once": Param(
        str(S.months_at_once),
        type=["string", "integer"],
        pattern=f"^({AUTO}|[1-9]|[1-5][0-9]|6[0-4])$",  # as text, a form's number has no maximum
        minimum=1,
        maximum=MOST_MONTHS_AT_ONCE,
        section="How it is shared out",
        title="Months that a task computes at the same time",
        description="A number, or auto: what its host has vCPUs, memory and connections for. Each takes some "
        "130 MB and a connection.",
    ),
    "instance_id": Param(
        S.instance_id,
        type="string",
        pattern="^i-[0-9a-f]+$",
        section="Instance",
        title="Instance",
        description="The instance that computes. Another one needs a worker of its own.",
    ),
    "base_type": Param(
        S.base_type,
        type="string",
        pattern=f"^{TYPE}$",
        section="Instance",
        title="Type outside of a run",
        description="What the instance becomes at the end, whatever happens. Where AWS has none, one of "
        f"its size: {', '.join(as_types(S.base_equivalents)) or 'none is named'}.",
    ),
    "work_type": Param(
        S.work_type,
        type=["string", "array"],
        pattern=TYPES,
        items={"type": "string", "pattern": TYPES},  # the form sends a list, an item for each line
        minItems=1,
        section="Instance",
        title="Type for the work",
        description="Several with commas or one a line, best first: the next one is taken where AWS refuses "
        "one. Preflight refuses a type that does not fit, or that the quota has no room for.",
    ),
}


def problems_with_parameters(given: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each value that Airflow has taken, and that means nothing.

    It takes names that no parameter has, and ignores them (#29018).
    """
    names = [
        f"There is no parameter {name!r}, and the run would ignore it: {_meant(name)}"
        for name in given
        if name not in PARAMS
    ]
    return names + [
        f"{PARAMS[name].schema['title']} ({name}): {given[name]!r} is not a month: "
        "write YYYY-MM, for example 2024-03."
        for name in ("start_month", "end_month")
        if given.get(name) and not re.fullmatch(MONTH_PATTERN, given[name])
    ]


def _meant(name: str) -> str:
    close = get_close_matches(name.lower(), PARAMS, n=1)
    return f"did you mean {close[0]}?" if close else f"there are {', '.join(PARAMS)}."


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
