"""What the portfolios with and without TIER 1 have gained."""

from include.months import parse_month, start_of
from include.report.model import GainPath, Report
from include.report.plots.drawing import COLOURS, FAINT, day, figure, time_axis, to_svg
from include.report.plots.plot import Plot, cell

NAME, TITLE = "gains", "What TIER 1 would have gained"
NOT_MEASURED = "Whether TIER 1 helps was not measured, so that there are no gains to show."


def gains(report: Report) -> Plot:
    """Draw the equity curves, and where 95 % of those with TIER 1 lie that might have been."""
    benefit = report.evaluation.benefit if report.evaluation else None
    if benefit is None or not benefit.path.months:
        return Plot(NAME, TITLE, NOT_MEASURED)
    path = benefit.path
    return Plot(
        NAME,
        TITLE,
        _in_words(path),
        _drawn(path),
        (
            cell(0, "by the end of", is_number=False),
            cell(1, "without"),
            cell(2, "with TIER 1"),
            cell(3, "95 % from"),
            cell(4, "to"),
        ),
        [
            (month, *(f"{value:+.2f}" for value in values))
            for month, *values in zip(
                path.months, path.baseline, path.treatment, path.low, path.high, strict=True
            )
        ],
    )


def _in_words(path: GainPath) -> str:
    return (
        f"By the end of {path.months[-1]}, after costs, in units of a pair's risk: {path.baseline[-1]:+.2f} "
        f"without TIER 1, {path.treatment[-1]:+.2f} with it (95 %: {path.low[-1]:+.2f} to "
        f"{path.high[-1]:+.2f})."
    )


def _drawn(path: GainPath) -> str:
    drawing, axes = figure()
    times = [day(start_of(parse_month(month) + 1)) for month in path.months]
    axes.axhline(0, color=FAINT)
    axes.fill_between(times, path.low, path.high, color=COLOURS[0], alpha=0.2, label="with TIER 1, 95 %")
    axes.plot(times, path.treatment, color=COLOURS[0], marker=".", label="with TIER 1")
    axes.plot(times, path.baseline, color=COLOURS[1], linestyle="--", marker=".", label="without")
    time_axis(axes)
    drawing.legend(loc="outside lower center", ncols=3)
    return to_svg(drawing, NAME)
