"""What all pages are made from: a view is built once, and is both the JSON and what the template shows."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

AWAITED_SECONDS = 1
"""After how long a page looks again that shows something old, as an answer is awaited."""


class View(BaseModel):
    """A part of a page, or all of it; plain values that cannot change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def lasted(began: datetime | None, ended: datetime | None) -> float | None:
    """Return for how many seconds a run or a task lasted, as Airflow counts; None where it has not ended."""
    return (ended - began).total_seconds() if began and ended else None


class Trouble(View):
    """Something could not be looked at now, or not yet.

    Attributes:
        what: what it is, such as "The instance".
        why: the error, with what to do.
        since: when the values beside it were seen; None where there are none.
        is_awaited: whether it has only been asked a moment ago: nothing is wrong yet.
    """

    what: str
    why: str
    since: AwareDatetime | None = None
    is_awaited: bool = False


class PageView(View):
    """What every page has.

    Attributes:
        title: of the page.
        say: the state in one sentence, which is read aloud where it changes.
        every_seconds: how often the page looks again.
        troubles: what could not be looked at, or not yet; what is shown of it is old, or missing.
    """

    title: str
    say: str = ""
    every_seconds: int = 5
    troubles: tuple[Trouble, ...] = ()

    @property
    def again_seconds(self) -> int:
        """When the page looks again: soon where an answer is awaited."""
        return min(self.every_seconds, AWAITED_SECONDS) if self._awaited else self.every_seconds

    @property
    def told(self) -> tuple[Trouble, ...]:
        """What a person has to know of: what has failed, or hangs."""
        return tuple(it for it in self.troubles if not it.is_awaited)

    @property
    def old(self) -> tuple[Trouble, ...]:
        """What is shown as it was a while ago, until its answer is there."""
        return tuple(it for it in self._awaited if it.since)

    @property
    def _awaited(self) -> tuple[Trouble, ...]:
        return tuple(it for it in self.troubles if it.is_awaited)
