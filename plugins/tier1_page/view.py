"""What all pages are made from: a view is built once, and is both the JSON and what the template shows."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict


class View(BaseModel):
    """A part of a page, or all of it; plain values that cannot change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def lasted(began: datetime | None, ended: datetime | None) -> float | None:
    """Return for how many seconds a run or a task lasted, as Airflow counts; None where it has not ended."""
    return (ended - began).total_seconds() if began and ended else None


class Trouble(View):
    """Something could not be looked at now.

    Attributes:
        what: what it is, as in "the instance".
        why: the error, with what to do.
        since: when the values beside it were seen; None where there are none.
    """

    what: str
    why: str
    since: AwareDatetime | None = None


class PageView(View):
    """What every page has.

    Attributes:
        title: of the page.
        say: the state in one sentence, which is read aloud where it changes.
        every_seconds: how often the page looks again.
        troubles: what could not be looked at; what is shown of it is old, or missing.
    """

    title: str
    say: str = ""
    every_seconds: int = 5
    troubles: tuple[Trouble, ...] = ()
