"""The completion report of a run: is all well, what was done, what did it cost."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import jinja2

from include.report.cost import work_cost

MAY_BE_SKIPPED = ("approve", "evaluate")

_environment = jinja2.Environment(
    loader=jinja2.PackageLoader("include.report", "templates"),
    autoescape=False,  # noqa: S701 - the output is Markdown, not HTML
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at the end of a run.

    Attributes:
        run_id: The run.
        parameters: Those it was started with.
        plan: What preflight settled, as `plan.as_texts`; None where it failed.
        tasks: State of each task before the verdict, in the order of the run.
        stages: Summary of each stage that ended well.
        upsize: What the operator left behind, also where AWS refused; None where it did not get so far.
        downsize: The same for the way back.
        evaluation: What evaluate found; None where it did not run.
        instance: The instance as it is now (type, state); None where AWS does not answer.
    """

    run_id: str
    parameters: dict[str, Any]
    plan: dict[str, str] | None
    tasks: dict[str, str | None]
    stages: list[dict[str, Any]]
    upsize: dict[str, Any] | None
    downsize: dict[str, Any] | None
    evaluation: dict[str, Any] | None
    instance: dict[str, Any] | None


def build_report(facts: Facts, hourly_usd: dict[str, float]) -> dict[str, Any]:
    """The report as plain values, with all that is not well under `problems`."""
    return {**asdict(facts), "problems": _problems(facts), "cost": _cost(facts, hourly_usd)}


def to_markdown(report: dict[str, Any]) -> str:
    """What `build_report` gave, for people."""
    return _environment.get_template("report.md.j2").render(report=report)


def _problems(facts: Facts) -> list[str]:
    problems = []
    for name, state in facts.tasks.items():
        if state != "success" and not (state == "skipped" and name in MAY_BE_SKIPPED):
            problems.append(f"{name} is {state or 'not run'}")
    for name, resize in (("upsize", facts.upsize), ("downsize", facts.downsize)):
        if resize and resize["outcome"] != "wanted":
            problems.append(
                f"{name} ended {resize['state']} as {resize['type_after']}, since AWS refused: "
                + " | ".join(resize["refused"])
            )
    base_type = facts.parameters["base_type"]
    now = facts.instance
    if now is None:
        problems.append(
            f"AWS does not say what {facts.parameters['instance_id']} is now: look at it in the console"
        )
    elif (now["type"], now["state"]) != (base_type, "running"):
        problems.append(
            f"{facts.parameters['instance_id']} is {now['state']} as {now['type']}, not running as "
            f"{base_type}: clear downsize to try again (where preflight failed: mend that, "
            "and clear preflight with 'Downstream' ticked), or resize it by hand"
        )
    return problems


def _cost(facts: Facts, hourly_usd: dict[str, float]) -> dict[str, Any] | None:
    """From the beginning of upsize to the end of downsize: a little more than what AWS bills."""
    if facts.upsize is None or facts.downsize is None or facts.upsize["outcome"] != "wanted":
        return None
    work_type, base_type = facts.upsize["type_after"], facts.downsize["type_after"]
    began, ended = (datetime.fromisoformat(t) for t in (facts.upsize["started"], facts.downsize["finished"]))
    seconds = (ended - began).total_seconds()
    cost = work_cost(hourly_usd, base_type, work_type, seconds)
    if cost is None:
        return None
    return {"work_type": work_type, "base_type": base_type, "seconds": seconds, **asdict(cost)}
