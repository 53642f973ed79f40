"""How many rows a second each stage has published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from include.report.model import Report
from include.report.plots.drawing import COLOURS, day, figure, time_axis, to_svg
from include.report.plots.plot import Plot, cell
from include.report.worth import about

NAME, TITLE = "speed", "Rows per second"
NOT_KNOWN = "How fast the months were computed is not known."
NOTHING = "The run has computed no month, so that there is no speed to show."


@dataclass(frozen=True, slots=True)
class _Work:
    """A month at work: its rows are taken to come evenly."""

    stage: str
    month: str
    rows: int
    began: datetime
    ended: datetime

    @property
    def rows_per_second(self) -> float:
        return self.rows / (self.ended - self.began).total_seconds()


def speed(report: Report) -> Plot:
    """Draw how many rows a second came, by stage."""
    if report.series is None:
        return Plot(NAME, TITLE, NOT_KNOWN)
    work = [
        _Work(it.stage, it.month, it.rows, datetime.fromisoformat(it.began), datetime.fromisoformat(it.ended))
        for it in report.series.computed
    ]
    if not work:
        return Plot(NAME, TITLE, report.series.unread or NOTHING)
    by_stage = {it.stage: [other for other in work if other.stage == it.stage] for it in work}
    return Plot(
        NAME,
        TITLE,
        _in_words(by_stage),
        _drawn(by_stage),
        (
            cell(0, "stage", is_number=False),
            cell(1, "months"),
            cell(2, "rows"),
            cell(3, "seconds at work"),
            cell(4, "rows/s"),
            cell(5, "slowest month"),
        ),
        [_row(stage, months) for stage, months in by_stage.items()],
    )


def _row(stage: str, months: Sequence[_Work]) -> tuple[str, ...]:
    rows, seconds = sum(it.rows for it in months), _seconds(months)
    slowest = min(months, key=lambda it: it.rows_per_second)
    return (
        stage,
        f"{len(months)}",
        f"{rows:,}",
        f"{seconds:,.1f}",
        f"{rows / seconds:,.0f}",
        f"{slowest.month}: {slowest.rows_per_second:,.0f} rows/s",
    )


def _in_words(by_stage: dict[str, list[_Work]]) -> str:
    everything = [it for months in by_stage.values() for it in months]
    rows, seconds = sum(it.rows for it in everything), _seconds(everything)
    stages = ", ".join(
        f"{stage} {sum(it.rows for it in months) / _seconds(months):,.0f}"
        for stage, months in by_stage.items()
    )
    return (
        f"{rows:,} rows in {about(seconds)} in which a month was at work: {rows / seconds:,.0f} a second; by "
        f"stage: {stages}."
    )


def _seconds(months: Sequence[_Work]) -> float:
    """Return for how long at least one of these months was at work."""
    covered, until = 0.0, float("-inf")
    for it in sorted(months, key=lambda it: it.began):
        began, ended = it.began.timestamp(), it.ended.timestamp()
        covered += max(0.0, ended - max(began, until))
        until = max(until, ended)
    return covered


def _drawn(by_stage: dict[str, list[_Work]]) -> str:
    drawing, axes = figure()
    for colour, (stage, months) in zip(COLOURS, by_stage.items(), strict=False):
        times, rates = _steps(months)
        axes.fill_between(times, rates, step="post", color=colour, alpha=0.6, label=stage)
    axes.set_ylim(0)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    time_axis(axes)
    drawing.legend(loc="outside lower center", ncols=2)
    return to_svg(drawing, NAME)


def _steps(months: Sequence[_Work]) -> tuple[list[float], list[float]]:
    """Return when the rows per second of all months at work changed, and to what."""
    changes = sorted(
        change
        for it in months
        for change in ((day(it.began), it.rows_per_second), (day(it.ended), -it.rows_per_second))
    )
    times: list[float] = []
    rates: list[float] = []
    rate = 0.0
    for moment, by in changes:
        rate += by
        times.append(moment)
        rates.append(max(rate, 0.0))
    rates[-1] = 0.0  # what is left is a rounding error
    return times, rates
