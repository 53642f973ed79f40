"""Through time, how often a price was a part of an arbitrage opportunity."""

from itertools import groupby

from include.report.model import Report
from include.report.model.series import OpportunityPath
from include.report.plots.drawing import COLOURS, days, figure, time_axis, to_svg
from include.report.plots.plot import Plot, cell, groups_of, percent

NAME, TITLE = "arbitrage", "Arbitrage opportunities"


def opportunities(report: Report, unread: str) -> Plot:
    """Draw their share; where the tables were not read, say `unread`."""
    features = report.series.features if report.series else None
    if features is None:
        return Plot(NAME, TITLE, unread)
    path = features.arbitrage
    if not sum(path.known):
        return Plot(NAME, TITLE, "No triangle of prices is known in these months.")
    months = _by_month(path)
    return Plot(
        NAME,
        TITLE,
        _in_words(path, months),
        _drawn(path),
        (cell(0, "months", is_number=False), cell(1, "known"), cell(2, "opportunities"), cell(3, "share")),
        [(name, f"{known:,}", f"{found:,}", _share(found, known)) for name, known, found in months],
    )


def _share(found: int, known: int) -> str:
    return percent(found / known) if known else "none is known"


def _by_month(path: OpportunityPath) -> list[tuple[str, int, int]]:
    """Add up by month, several months together where there are many."""
    counts = zip(path.times, path.known, path.opportunities, strict=True)
    months: list[tuple[str, int, int]] = []
    for month, of_month in groupby(counts, key=lambda it: it[0][:7]):
        here = list(of_month)
        months.append((month, sum(it[1] for it in here), sum(it[2] for it in here)))
    together = [months[group] for group in groups_of(len(months))]
    return [
        (
            it[0][0] if len(it) == 1 else f"{it[0][0]} .. {it[-1][0]}",
            sum(month[1] for month in it),
            sum(month[2] for month in it),
        )
        for it in together
    ]


def _in_words(path: OpportunityPath, months: list[tuple[str, int, int]]) -> str:
    known, found = sum(path.known), sum(path.opportunities)
    most = max((it for it in months if it[1]), key=lambda it: it[2] / it[1])
    words = f"After costs, {percent(found / known)} of {known:,} values are an opportunity"
    return f"{words}; most in {most[0]}, {_share(most[2], most[1])}." if found else f"{words}."


def _drawn(path: OpportunityPath) -> str:
    drawing, axes = figure()
    times = days(path.times)
    shares = [
        100 * found / known if known else float("nan")
        for found, known in zip(path.opportunities, path.known, strict=True)
    ]
    axes.fill_between(times, shares, color=COLOURS[5], alpha=0.35)
    axes.plot(times, shares, color=COLOURS[5])
    axes.set_ylim(0)
    axes.set_ylabel("% of the known values")
    time_axis(axes)
    return to_svg(drawing, NAME)
