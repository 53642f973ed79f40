"""Whose instance it is while it is big: tags that every process and every person can read.

`tier1:lease-run` names the run that needs the instance as it is, `tier1:lease-dag` the run's DAG,
`tier1:lease-owner` the Airflow that can be asked about it, `tier1:lease-expires` says until when that is
believed without hearing of it again, `tier1:base-type` what the instance shall be afterwards,
`tier1:credits` which credit option it had.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

RUN, DAG, OWNER = "tier1:lease-run", "tier1:lease-dag", "tier1:lease-owner"
EXPIRES, BASE_TYPE, CREDITS = "tier1:lease-expires", "tier1:base-type", "tier1:credits"
TAGS = (RUN, DAG, OWNER, EXPIRES, BASE_TYPE, CREDITS)


@dataclass(frozen=True)
class RunIdentity:
    """A run, told apart from all others everywhere.

    Attributes:
        owner: the identity of its Airflow.
    """

    run: str
    dag: str = ""
    owner: str = ""

    def __str__(self) -> str:
        dag = f" of DAG {self.dag}" if self.dag else ""
        return f"run {self.run}{dag}" + (f" in Airflow {self.owner}" if self.owner else "")


@dataclass(frozen=True)
class Holder:
    """What the tags of an instance say.

    Attributes:
        credits: the T family's credit option (`standard`, `unlimited`) to put back; empty where not known.
    """

    who: RunIdentity
    expires: datetime
    base_type: str = ""
    credits: str = ""

    @property
    def is_live(self) -> bool:
        """Whether the run is still to be believed."""
        return datetime.now(UTC) < self.expires

    def is_run(self, who: RunIdentity) -> bool:
        """Whether it is this run; a lease from before leases named their DAG says no more than the run."""
        return self.who.run == who.run and (not self.who.dag or self.who == who)

    def __str__(self) -> str:
        return f"leased by {self.who} until {self.expires:%Y-%m-%d %H:%M:%S} UTC"


def holder_of(instance: Mapping[str, Any]) -> Holder | None:
    """The holder of an instance as DescribeInstances words it; None without a lease.

    A time that cannot be read has passed: such a lease holds nobody off for ever.
    """
    tags = {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])}
    if RUN not in tags:
        return None
    return Holder(
        RunIdentity(tags[RUN], tags.get(DAG, ""), tags.get(OWNER, "")),
        expires=_time(tags.get(EXPIRES, "")),
        base_type=tags.get(BASE_TYPE, ""),
        credits=tags.get(CREDITS, ""),
    )


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
