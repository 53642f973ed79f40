"""How many months a task computes at the same time."""

from dataclasses import dataclass

from include.pipeline.host import available_bytes, usable_vcpus
from include.settings import AUTO, MOST_MONTHS_AT_ONCE, MonthsAtOnce
from include.store.grants import Grant

MONTH_BYTES = 128_000_000
"""Memory of a month at work: 95 MB here (one-minute bars, the widest stage), and a session of PostgreSQL."""
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class AtOnce:
    """How many months, and why so many.

    Attributes:
        months: how many months at the same time; each takes a connection, and the task one more.
        at_least: without so many connections the task is refused.
        why: what decided, for the log.
    """

    months: int
    at_least: int
    why: str

    def __str__(self) -> str:
        """Return it for people, with the connections that it takes."""
        months = f"{self.months} month{'s' if self.months > 1 else ''} at once"
        return f"{months} over {self.months + 1} connections: {self.why}"


def settle(
    wanted: MonthsAtOnce, todo: int, shards: int, beside: int, grant: Grant, vcpus_there: int | None = None
) -> AtOnce:
    """Settle the months that a task computes at the same time, which has some to do.

    A number is taken as it is: whoever gives one knows why, and is refused rather than given less. `auto` is
    what the vCPUs are there for, as far as memory and connections go.

    Args:
        wanted: the setting.
        todo: months that are to be computed.
        shards: tasks of the stage that may run at the same time, anywhere.
        beside: those of them that may run on this host, this one included.
        grant: what the database grants to all of them.
        vcpus_there: those of another host, whose memory nobody can see from here; None for this one.
    """
    if wanted != AUTO:
        months = min(wanted, todo)
        return AtOnce(months, months, f"asked for {wanted}, {todo} to do")
    vcpus, memory = (usable_vcpus(), available_bytes()) if vcpus_there is None else (vcpus_there, None)
    limits = {
        "the months that are to do": todo,
        f"the {vcpus} vCPUs": vcpus // beside,
        f"the most that a task does, {MOST_MONTHS_AT_ONCE}": MOST_MONTHS_AT_ONCE,
        f"the database, which grants {grant.connections} connections ({grant.limit})": grant.connections
        // shards
        - 1,  # the task's own
    }
    if memory is not None:
        limits[f"memory, of which {memory // MEGABYTE:,} MB are free"] = memory // MONTH_BYTES // beside
    decides = min(limits, key=lambda name: limits[name])
    of_shards = f", {beside} of {shards} tasks on this host" if shards > 1 else ""
    return AtOnce(
        max(1, limits[decides]), 1, f"{vcpus} vCPUs{of_shards}, {todo} months to do; the limit is {decides}"
    )
