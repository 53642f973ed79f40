"""How the eight currencies went."""

from collections.abc import Sequence
from itertools import pairwise

from include.report.model import Report
from include.report.model.series import IndexPath
from include.report.plots.drawing import COLOURS, days, figure, time_axis, to_svg
from include.report.plots.plot import Plot, cell

NAME, TITLE = "indices", "Basket indices"
_WEEKEND = 4.0  # days, with a holiday beside it
_LINES_APART = 0.055  # of the height


def indices(report: Report, unread: str) -> Plot:
    """Draw the indices; where the tables were not read, say `unread`."""
    features = report.series.features if report.series else None
    known = _known(features.indices) if features else {}
    if features is None or not known:
        return Plot(NAME, TITLE, unread if features is None else "No index has a value in these months.")
    return Plot(
        NAME,
        TITLE,
        _in_words(features.indices, known),
        _drawn(features.indices),
        (
            cell(0, "currency", is_number=False),
            *(
                cell(at, title)
                for at, title in enumerate(("first", "last", "change", "lowest", "highest"), 1)
            ),
        ),
        [_row(currency, values) for currency, values in known.items()],
    )


def _known(path: IndexPath) -> dict[str, list[float]]:
    """Return the values of each currency that has any."""
    values = {currency: [it for it in path if it is not None] for currency, path in path.indices.items()}
    return {currency: known for currency, known in values.items() if known}


def _change(values: Sequence[float]) -> float:
    return 100 * (values[-1] / values[0] - 1)


def _row(currency: str, values: Sequence[float]) -> tuple[str, ...]:
    first, last, lowest, highest = values[0], values[-1], min(values), max(values)
    return (
        currency,
        f"{first:.2f}",
        f"{last:.2f}",
        f"{_change(values):+.2f} %",
        f"{lowest:.2f}",
        f"{highest:.2f}",
    )


def _in_words(path: IndexPath, known: dict[str, list[float]]) -> str:
    ordered = sorted(known, key=lambda currency: _change(known[currency]))
    weakest, strongest = ordered[0], ordered[-1]
    gaps = sum(value is None for values in path.indices.values() for value in values)
    return (
        f"Means over short times, {path.times[0][:10]} .. {path.times[-1][:10]}: {strongest} has gained "
        f"most, {_change(known[strongest]):+.2f} %; {weakest} least, {_change(known[weakest]):+.2f} %."
        + (" Where a line is broken, there is no value." if gaps else "")
    )


def _drawn(path: IndexPath) -> str:
    drawing, axes = figure(280.0)
    times = days(path.times)
    ends: dict[str, tuple[float, str]] = {}
    for colour, (currency, values) in zip(COLOURS, path.indices.items(), strict=True):
        axes.plot(*_with_gaps(times, values), color=colour)
        last = next((value for value in reversed(values) if value is not None), None)
        if last is not None:
            ends[currency] = last, colour
    time_axis(axes)
    low, high = axes.get_ylim()
    for currency, at in _apart({name: end for name, (end, _) in ends.items()}, _LINES_APART * (high - low)):
        axes.annotate(
            currency,
            (1, at),
            (5, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize="small",
            color=ends[currency][1],
        )
    return to_svg(drawing, NAME)


def _with_gaps(times: Sequence[float], values: Sequence[float | None]) -> tuple[list[float], list[float]]:
    """Return the points of a line that is broken where nothing is known, or no bar for long."""
    width = min((after - before for before, after in pairwise(times)), default=_WEEKEND)
    at: list[float] = []
    points: list[float] = []
    for time, value in zip(times, values, strict=True):
        if at and time - at[-1] > _WEEKEND + 2 * width:
            at.append(time)
            points.append(float("nan"))
        at.append(time)
        points.append(float("nan") if value is None else value)
    return at, points


def _apart(places: dict[str, float], least: float) -> list[tuple[str, float]]:
    """Move labels up until none lies upon another, as little as the one before it demands."""
    moved: list[tuple[str, float]] = []
    for name, place in sorted(places.items(), key=lambda it: it[1]):
        moved.append((name, max(place, moved[-1][1] + least) if moved else place))
    return moved
