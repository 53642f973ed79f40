"""How long a stage takes on a machine, without trying it: docs/explanation/scaling.md.

A month holds the interpreter's lock for a while, which the months of a process do one after the other. All
else of it, here and in PostgreSQL, they do side by side, until processors or the database's disk are busy.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

MEBIBYTE = 2**20
GP3_BYTES_PER_SECOND = 125 * MEBIBYTE
"""What an EBS volume of type gp3 writes, unless more is paid for."""


@dataclass(frozen=True, slots=True)
class RowCost:
    """What a row of a stage, a bar with its columns, costs on one processor; microseconds and bytes.

    Attributes:
        alone: on the clock, while its month is the only one at work.
        locked: of the client's processor time, with the interpreter's lock.
        unlocked: of the client's processor time, without it.
        server: PostgreSQL's processor time.
        disk: bytes that PostgreSQL writes: its log until the stage ends, its tables at the next checkpoint.
    """

    alone: float
    locked: float
    unlocked: float
    server: float
    disk: float


COSTS = {
    "currency_indices": RowCost(alone=27.3, locked=4.7, unlocked=3.1, server=23.0, disk=3961),
    "triangular_arbitrage": RowCost(alone=8.6, locked=1.2, unlocked=1.8, server=6.8, disk=1494),
    "currency_blocs": RowCost(alone=7.1, locked=0.71, unlocked=2.1, server=4.8, disk=877),
}
"""One-minute bars, prices read by the first stage only; an AMD EPYC with 2 vCPUs, PostgreSQL 18 on it, too.

Of a slow hour of a rented machine, 2026-11-27: docs/reference/benchmarks.md. In its best hour each is half.
"""
START_SECONDS = 0.05
"""What a stage does once: connections, the schema, the base, which months are valid, the disk at the end."""
LEAST_ROWS = 1_500
"""What a month costs at least, in rows: a month of daily bars has its table and its marker, too."""


@dataclass(frozen=True, slots=True)
class Machines:
    """What a stage has to work with.

    Attributes:
        vcpus: of the host of its tasks.
        database_vcpus: of the database's host; None where that is the tasks' own.
        disk_bytes_per_second: what the database's disk writes.
    """

    vcpus: int
    database_vcpus: int | None = None
    disk_bytes_per_second: float = GP3_BYTES_PER_SECOND


def stage_seconds(
    stage: str,
    rows: float,
    months: int,
    machines: Machines,
    at_once: int,
    tasks: int = 1,
    *,
    costs: Mapping[str, RowCost] = COSTS,
) -> float:
    """Estimate the seconds of a stage whose months are all to be computed.

    Calibrated on the machine that COSTS names. For another processor or database, multiply by what earlier
    runs took over what this says of them: their markers have rows, vCPUs and months at once.

    Args:
        stage: the stage's name.
        rows: bars of all its months together.
        months: how many months these are.
        machines: where the tasks and the database run.
        at_once: months that a task computes at the same time.
        tasks: tasks that share the months out and run at the same time on that host.
        costs: what a row of each stage costs, where it was measured elsewhere.
    """
    limits = bounds(costs[stage], rows, months, machines, at_once, tasks)
    return START_SECONDS + max(limits.values(), default=0)


def bounds(
    cost: RowCost, rows: float, months: int, machines: Machines, at_once: int, tasks: int = 1
) -> dict[str, float]:
    """Return what each limit alone would let a stage take, in seconds; the longest is what it takes."""
    if not months:
        return {}
    rows = max(rows, months * LEAST_ROWS)
    client, server = cost.locked + cost.unlocked, cost.server
    in_turn = math.ceil(months / (min(tasks, months) * at_once)) / months  # what the busiest thread does
    micros = {
        "months": cost.locked / min(tasks, months) + (cost.alone - cost.locked) * in_turn,  # Amdahl's law
        "processors": (client if machines.database_vcpus else client + server) / machines.vcpus,
        "database": server / (machines.database_vcpus or machines.vcpus),
        "disk": cost.disk / machines.disk_bytes_per_second * 1e6,
    }
    return {limit: each * rows / 1e6 for limit, each in micros.items()}
