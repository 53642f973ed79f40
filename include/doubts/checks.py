"""The checks, in the order in which they are told."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from include.doubts import (
    another_thing,
    bar_times,
    empty_months,
    jumps,
    lags,
    market_hours,
    off_for_a_while,
    shared_bars,
    spikes,
    stuck,
    weekends,
)
from include.doubts.doubt import Doubt, Line, lines_of
from include.doubts.part import Part


class Check(NamedTuple):
    """A subject.

    Attributes:
        name: its lines' name.
        fine: what is said where there is no doubt.
        doubts: looks at a part of the history; None where it is not the prices that are looked at.
    """

    name: str
    fine: str
    doubts: Callable[[Part], Iterator[Doubt]] | None


CHECKS: Final = (
    Check(another_thing.NAME, "each pair is what its name says", another_thing.doubts),
    Check(lags.NAME, "no pair is early or late", lags.doubts),
    Check(off_for_a_while.NAME, "no pair leaves its cross rates", off_for_a_while.doubts),
    Check(spikes.NAME, "none", spikes.doubts),
    Check(jumps.NAME, "none", jumps.doubts),
    Check(stuck.NAME, "none", stuck.doubts),
    Check(shared_bars.NAME, "the pairs have their bars at the same times", shared_bars.doubts),
    Check(bar_times.NAME, "at whole minutes, evenly", bar_times.doubts),
    Check(weekends.NAME, "no bars that only fill them", weekends.doubts),
    Check(market_hours.NAME, "the weeks are those of the market", market_hours.doubts),
    Check(empty_months.NAME, "none", None),
)


def doubts_about(part: Part) -> Iterator[tuple[str, Doubt]]:
    """Yield what there is to doubt in the part, with the name of the check."""
    for check in CHECKS:
        if check.doubts:
            yield from ((check.name, doubt) for doubt in check.doubts(part))


def table(found: Iterable[tuple[str, Doubt]]) -> list[Line]:
    """Return the lines of all checks, given what they have found."""
    by_name: dict[str, list[Doubt]] = {check.name: [] for check in CHECKS}
    for name, doubt in found:
        by_name[name].append(doubt)
    return [line for check in CHECKS for line in lines_of(check.name, by_name[check.name], check.fine)]
