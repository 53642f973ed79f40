"""What the instance was during the run, from what its resizes have left behind."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from include.report.model import Facts, Resize

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which the instance was the same.

    Attributes:
        type: its type; of an instance that is being resized, both; "unknown" where nothing tells.
        began: when it began.
        ended: when it ended.
        is_usable: whether it was running and its status checks passed.
    """

    type: str
    began: datetime
    ended: datetime
    is_usable: bool = True

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return (self.ended - self.began).total_seconds()

    def __str__(self) -> str:
        """Say what the instance was."""
        return self.type if self.is_usable else f"{self.type}, not usable"


def spells_of(facts: Facts, began: datetime, ended: datetime) -> list[Spell]:
    """Return what the instance was in this time, in order, without gaps.

    Nothing is told of a stretch that no resize has seen: a run that was to grow and left nothing of it.
    """
    resizes = [it for it in (facts.upsize, facts.downsize) if it is not None]
    if not resizes:
        now = facts.instance
        same = now.type if now is not None and facts.is_untouched else UNKNOWN
        return [Spell(same, began, ended, is_usable=now is None or now.state == "running")]
    spells: list[Spell] = []
    since, before = began, None
    for resize in resizes:
        down, up = _down(resize)
        spells.append(Spell(resize.type_before or before or UNKNOWN, since, down))
        spells.append(Spell(_change(resize), down, up, is_usable=False))
        since, before = up, resize.type_after
    last = resizes[-1]
    spells.append(Spell(last.type_after, since, ended, is_usable=last.state == "running"))
    within = (replace(it, began=max(it.began, began), ended=min(it.ended, ended)) for it in spells)
    return [it for it in within if it.ended > it.began]


def _down(resize: Resize) -> tuple[datetime, datetime]:
    """Return from when to when a resize took the instance away: until it ended."""
    up = datetime.fromisoformat(resize.finished)
    return up - timedelta(seconds=resize.downtime_seconds), up


def _change(resize: Resize) -> str:
    return f"{resize.type_before or UNKNOWN} to {resize.type_after}"
