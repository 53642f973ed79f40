"""One, two or four months at once, one or two workers: what each took, and what the model says of it.

The parts of the model (`include.pipeline.scaling`) are those of one month at a time, from the same rounds.
"""

import math
import statistics
from dataclasses import dataclass
from typing import Any

from include.pipeline.host import usable_vcpus
from include.pipeline.scaling import START_SECONDS, Machines, RowCost, stage_seconds
from include.stages import STAGES

Result = dict[str, Any]
SUMS = (
    "seconds",
    "client_cpu",
    "server_cpu",
    "rows",
    "log_bytes",
    "table_bytes",
    "with_lock",
    "without_lock",
)


@dataclass(frozen=True, slots=True)
class Crew:
    """How the months are shared out.

    Attributes:
        label: for the page.
        at_once: months that a worker computes at the same time.
        shards: workers, each a process with months and a host name of its own.
    """

    label: str
    at_once: int
    shards: int = 1


CREWS = {
    "one_at_once": Crew("one worker, one month at a time", 1),
    "product": Crew("one worker, two months at once", 2),
    "four_at_once": Crew("one worker, four months at once", 4),
    "two_workers": Crew("two workers, one month at a time each", 1, shards=2),
    "two_workers_two_at_once": Crew("two workers, two months at once each", 2, shards=2),
}


def table(found: Result) -> list[Result]:
    """Return what each crew took, beside one month at a time and beside the model: medians."""
    turns, costs = found["turns"], measured_costs(found["turns"])
    machines = Machines(usable_vcpus(), disk_bytes_per_second=math.inf)  # the disk is the cache of files
    rows = []
    for name, crew in CREWS.items():
        predicted = sum(
            stage_seconds(
                stage.name, found["bars"], found["months"], machines, crew.at_once, crew.shards, costs=costs
            )
            for stage in STAGES
        )
        seconds = statistics.median(turn[name]["seconds"] for turn in turns)
        alone = statistics.median(turn["one_at_once"]["seconds"] / turn[name]["seconds"] for turn in turns)
        rows.append(
            {
                "label": crew.label,
                "seconds": seconds,
                "times_as_fast": alone,
                "predicted": predicted,
                "off": predicted / seconds - 1,
                "hosts": turns[0][name]["hosts"],
                "peak_rss_mb": max(turn[name]["peak_rss_mb"] for turn in turns),
            }
        )
    return rows


def parts(turns: list[Result], months: int) -> list[Result]:
    """Return what a month of each stage is made of where it is the only one at work, and of all three."""
    each = {stage.name: _sums(turns, stage.name) for stage in STAGES}
    whole = {name: sum(sums[name] for sums in each.values()) for name in SUMS}
    return [
        {"stage": stage, "locked": _locked(sums), **{name: sums[name] / months / len(turns) for name in SUMS}}
        for stage, sums in {**each, "all three": whole}.items()
    ]


def measured_costs(turns: list[Result]) -> dict[str, RowCost]:
    """Return what a row of each stage costs where one month at a time is computed."""
    costs = {}
    for stage in STAGES:
        sums = _sums(turns, stage.name)
        locked = sums["client_cpu"] * _locked(sums)
        seconds = {
            "alone": sums["seconds"] - START_SECONDS * len(turns),
            "locked": locked,
            "unlocked": sums["client_cpu"] - locked,
            "server": sums["server_cpu"],
        }
        disk = (sums["log_bytes"] + sums["table_bytes"]) / sums["rows"]
        costs[stage.name] = RowCost(
            **{name: 1e6 * s / sums["rows"] for name, s in seconds.items()}, disk=disk
        )
    return costs


def locked_share(turns: list[Result]) -> float:
    """Return the part of one month at a time in which the worker holds the interpreter's lock."""
    whole = {name: sum(_sums(turns, stage.name)[name] for stage in STAGES) for name in SUMS}
    return whole["client_cpu"] * _locked(whole) / whole["seconds"]


def _sums(turns: list[Result], stage: str) -> Result:
    return {name: sum(turn["one_at_once"]["by_stage"][stage][name] for turn in turns) for name in SUMS}


def _locked(sums: Result) -> float:
    """Return the part of the client's processor time that has the lock."""
    return sums["with_lock"] / max(1, sums["with_lock"] + sums["without_lock"])
