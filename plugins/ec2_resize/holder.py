"""Whose instance it is while it is big: tags that every process and every person can read.

`tier1:lease-run` names the run that needs the instance as it is, `tier1:lease-expires` says until when that
is believed without hearing of it again, `tier1:lease-owner` which Airflow can be asked about it,
`tier1:base-type` what the instance shall be afterwards, `tier1:credits` which credit option it had.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

RUN, EXPIRES, OWNER = "tier1:lease-run", "tier1:lease-expires", "tier1:lease-owner"
BASE_TYPE, CREDITS = "tier1:base-type", "tier1:credits"
TAGS = (RUN, EXPIRES, OWNER, BASE_TYPE, CREDITS)


@dataclass(frozen=True)
class Holder:
    """What the tags of an instance say.

    Attributes:
        credits: the T family's credit option (`standard`, `unlimited`) to put back; empty where not known.
    """

    run: str
    expires: datetime
    owner: str = ""
    base_type: str = ""
    credits: str = ""

    @property
    def is_live(self) -> bool:
        """Whether the run is still to be believed."""
        return datetime.now(UTC) < self.expires

    def __str__(self) -> str:
        where = f" of {self.owner}" if self.owner else ""
        return f"leased by run {self.run}{where} until {self.expires:%Y-%m-%d %H:%M:%S} UTC"


def holder_of(instance: Mapping[str, Any]) -> Holder | None:
    """The holder of an instance as DescribeInstances words it; None without a lease.

    A time that cannot be read has passed: such a lease holds nobody off for ever.
    """
    tags = {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])}
    if RUN not in tags:
        return None
    return Holder(
        run=tags[RUN],
        expires=_time(tags.get(EXPIRES, "")),
        owner=tags.get(OWNER, ""),
        base_type=tags.get(BASE_TYPE, ""),
        credits=tags.get(CREDITS, ""),
    )


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
