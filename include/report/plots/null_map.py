"""Which families of features are NULL in which months."""

from matplotlib.patches import Rectangle

from include.report.model import Report
from include.report.model.series import FamilyNulls, NullMap
from include.report.plots.drawing import COLOURS, FAINT, figure, to_svg
from include.report.plots.plot import Plot, cell, groups_of, percent

NAME, TITLE = "nulls", "NULLs by family and month"
_LANE, _AROUND = 17.0, 45.0  # points
_FAINTEST = 0.15
_LABELS = 5


def null_map(report: Report, unread: str) -> Plot:
    """Draw the map; where the tables were not read, say `unread`."""
    features = report.series.features if report.series else None
    if features is None or not features.nulls.months:
        return Plot(NAME, TITLE, unread)
    nulls = features.nulls
    groups = groups_of(len(nulls.months))
    shares = {it.family: [_share(it, group) for group in groups] for it in nulls.families}
    names = [_name(nulls, group) for group in groups]
    return Plot(
        NAME,
        TITLE,
        _in_words(nulls, shares, names),
        _drawn(shares, names),
        (
            cell(0, "family", is_number=False),
            cell(1, "values"),
            cell(2, "NULL"),
            cell(3, "most in", is_number=False),
        ),
        [_row(it, shares[it.family], names) for it in nulls.families],
    )


def _share(it: FamilyNulls, group: slice) -> float | None:
    cells = sum(it.cells[group])
    return sum(it.nulls[group]) / cells if cells else None


def _name(nulls: NullMap, group: slice) -> str:
    first, last = nulls.months[group.start], nulls.months[group.stop - 1]
    return first if first == last else f"{first} .. {last}"


def _most(shares: list[float | None], names: list[str]) -> str:
    most, name = max((share or 0.0, name) for share, name in zip(shares, names, strict=True))
    return f"{name}: {percent(most)}" if most else ""


def _row(it: FamilyNulls, shares: list[float | None], names: list[str]) -> tuple[str, ...]:
    all_of_it = _share(it, slice(None))
    return (
        it.family,
        f"{sum(it.cells):,}",
        "" if all_of_it is None else percent(all_of_it),
        _most(shares, names),
    )


def _in_words(nulls: NullMap, shares: dict[str, list[float | None]], names: list[str]) -> str:
    values, empty = sum(sum(it.cells) for it in nulls.families), sum(sum(it.nulls) for it in nulls.families)
    if not values:
        return "The tables have no rows in these months."
    words = f"{percent(empty / values)} of {values:,} values are NULL."
    if empty:
        worst, cells = max(shares.items(), key=lambda it: max(share or 0.0 for share in it[1]))
        words += f" The darkest is {worst} in {_most(cells, names)}."
    without = [name for at, name in enumerate(names) if all(cells[at] is None for cells in shares.values())]
    if without:
        words += f" No rows (grey): {', '.join(without)}."
    return words


def _drawn(shares: dict[str, list[float | None]], names: list[str]) -> str:
    drawing, axes = figure(_AROUND + _LANE * len(shares))
    darkest = max((share or 0.0 for cells in shares.values() for share in cells), default=0.0)
    for lane, cells in enumerate(shares.values()):
        for at, share in enumerate(cells):
            if share is None:
                axes.add_patch(Rectangle((at, lane), 1, 1, color=FAINT, alpha=0.6))
            elif share:
                dark = _FAINTEST + (1 - _FAINTEST) * share / darkest
                axes.add_patch(Rectangle((at, lane), 1, 1, color=COLOURS[1], alpha=round(dark, 2)))
    axes.set_xlim(0, len(names))
    axes.set_ylim(len(shares), 0)
    axes.set_yticks([lane + 0.5 for lane in range(len(shares))], list(shares))
    every = -(-len(names) // _LABELS)
    axes.set_xticks([at + 0.5 for at in range(0, len(names), every)], [name[:7] for name in names[::every]])
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.hlines(range(1, len(shares)), 0, len(names), color=FAINT, linewidth=0.5)
    return to_svg(drawing, NAME)
