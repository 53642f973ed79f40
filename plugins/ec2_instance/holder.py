"""Who holds an instance while it is big: tags that every process and every person can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class RunIdentity:
    """A run, told apart from all others everywhere.

    Attributes:
        run: the run's id.
        dag: id of its DAG.
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
    """What a lease says.

    Attributes:
        who: the run that needs the instance as it is.
        expires: until when that is believed, unless the run renews the lease.
        base_type: the type that the instance shall have afterwards; empty where not known.
        credits: the T family's credit option (`standard`, `unlimited`) to put back; empty where not known.
    """

    who: RunIdentity
    expires: datetime
    base_type: str = ""
    credits: str = ""

    @property
    def is_live(self) -> bool:
        """Tell whether the lease has not expired."""
        return datetime.now(UTC) < self.expires

    def is_run(self, who: RunIdentity) -> bool:
        """Tell whether a run holds the lease.

        A lease without a DAG, as older versions wrote it, is compared by the run's id alone.
        """
        return self.who.run == who.run and (not self.who.dag or self.who == who)

    def __str__(self) -> str:
        return f"leased by {self.who} until {self.expires:%Y-%m-%d %H:%M:%S} UTC"


@dataclass(frozen=True)
class Tags:
    """The keys of the tags that make up a lease.

    Attributes:
        prefix: what every key begins with, before a colon.
    """

    prefix: str

    @property
    def run(self) -> str:
        """Names the run that needs the instance as it is; without this tag there is no lease."""
        return f"{self.prefix}:lease-run"

    @property
    def dag(self) -> str:
        """Names the run's DAG."""
        return f"{self.prefix}:lease-dag"

    @property
    def owner(self) -> str:
        """Names the Airflow that can be asked about the run."""
        return f"{self.prefix}:lease-owner"

    @property
    def expires(self) -> str:
        """Says when the lease ends, as an ISO 8601 time."""
        return f"{self.prefix}:lease-expires"

    @property
    def base_type(self) -> str:
        """Says what type the instance shall have afterwards."""
        return f"{self.prefix}:base-type"

    @property
    def credits(self) -> str:
        """Says which credit option the instance had."""
        return f"{self.prefix}:credits"

    @property
    def all(self) -> tuple[str, ...]:
        """All keys."""
        return (self.run, self.dag, self.owner, self.expires, self.base_type, self.credits)

    def holder_of(self, described: Mapping[str, Any]) -> Holder | None:
        """Return the holder of an instance as DescribeInstances returns it; None without a lease."""
        return self.holder_in(tags_of(described))

    def holder_in(self, tags: Mapping[str, str]) -> Holder | None:
        """Return the holder that an instance's tags name; None without a lease.

        A time that cannot be parsed has passed, so that such a lease does not block the instance for ever.
        """
        if self.run not in tags:
            return None
        return Holder(
            RunIdentity(tags[self.run], tags.get(self.dag, ""), tags.get(self.owner, "")),
            expires=_parse_time(tags.get(self.expires, "")),
            base_type=tags.get(self.base_type, ""),
            credits=tags.get(self.credits, ""),
        )


def _parse_time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def tags_of(described: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of an instance, values by key.

    Args:
        described: the instance as DescribeInstances returns it.
    """
    return {tag["Key"]: tag["Value"] for tag in described.get("Tags", [])}
