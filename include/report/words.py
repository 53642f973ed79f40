"""What a report says in words, beside its tables: stated once for Markdown and HTML."""

from collections.abc import Iterator, Sequence

from include.report.model import Evaluation, Receipt, Report, Resize, Standing, TimeOnType, VerdictLine
from include.report.tables import UNKNOWN, duration, usd

LEAST_USD = 0.01
"""Of a sum that is known in part, less is not worth saying."""


def heading(report: Report) -> str:
    """Return the heading: which run, and what became of it."""
    return f"TIER 1 run {report.run_id}: {'failed' if report.problems else 'succeeded'}"


def verdict_lines(report: Report) -> list[tuple[str, VerdictLine]]:
    """Return the lines of the verdict by what they are about; none of a report of an older version."""
    if report.verdict is None:
        return []
    names = ("work", "validation", "infrastructure")
    return [(name, getattr(report.verdict, name)) for name in names]


def all_well(report: Report) -> str:
    """Say that there are no problems, of a report that has none."""
    instance = "no instance was touched" if report.is_untouched else "the instance is small again"
    validated = report.verdict is None or report.verdict.validation.standing is Standing.WELL
    done = "done and validated" if validated else "done, but nobody has validated the features"
    return f"All work is {done}, and {instance}."


def overview(report: Report) -> Iterator[tuple[str, str]]:
    """Yield what a person looks for first, with its name."""
    plan, now = report.plan, report.instance
    yield "months", f"{plan.first_month} .. {plan.last_month}" if plan else "no plan"
    yield (
        "instance",
        f"{report.parameters['instance_id']}: {f'now {now.type}, {now.state}' if now else UNKNOWN}",
    )
    if report.estimate:
        yield "estimated", str(report.estimate)
        yield "measured", f"{sum(it.seconds for it in report.stages):.0f} s in the stages"
    if report.no_resize:
        yield "No resize", report.no_resize
    for name, resize in (("upsize", report.upsize), ("downsize", report.downsize)):
        if resize:
            yield name, _resized(resize)


def _resized(it: Resize) -> str:
    return (
        f"{it.type_before} to {it.type_after}, {it.state} ({it.outcome}); {it.seconds:.0f} s, not usable for "
        f"{it.downtime_seconds:.0f} s"
    )


def paid_for(report: Report, receipt: Receipt) -> str:
    """Say of which time the receipt is, or why it is of none; nothing where that is not known."""
    if receipt.times:
        until = "to the end of downsize" if receipt.is_over else "until the verdict: it goes on"
        return (
            f"From the beginning of upsize {until}. While the instance is stopped AWS bills nothing; here "
            "that time counts for the type that came after. AWS bills each start for a minute at least."
        )
    if report.is_untouched:
        return "No instance was touched: the run cost nothing that would not have been paid anyway."
    return "" if receipt.unknown else "The run has not made the instance big: there is nothing to pay for."


def receipt_lines(report: Report, receipt: Receipt) -> Iterator[str]:
    """Yield what else the receipt says, a line each."""
    if receipt.earlier:
        cost, why = _sum(receipt.earlier_usd, receipt.earlier_times), receipt.earlier_unknown
        yield (
            f"Earlier attempts, before the run was cleared ({len(receipt.earlier)}): {cost}"
            f"{f' for {duration(receipt.earlier_seconds)}' if receipt.earlier_times else ''}. "
            f"{f'Not known: {why}. ' if why else ''}They are in the sum below, and in no other figure here."
        )
    if receipt.times or receipt.earlier:
        total = _sum(receipt.total_usd, [*receipt.earlier_times, *receipt.times])
        yield f"All together: {total}."
    downtime = "none" if receipt.downtime_seconds == 0 else duration(receipt.downtime_seconds)
    yield f"Downtime: {downtime}."
    before, after = (ip or UNKNOWN for ip in (receipt.public_ip_before, receipt.public_ip_after))
    yield f"Public IP: {before} before, {after} after."
    if receipt.on_demand_usd is not None or receipt.spot_usd is not None:
        yield (
            f"The hours on {report.big_type}: {usd(receipt.on_demand_usd)} on demand, "
            f"{usd(receipt.spot_usd)} on Spot."
        )
    if receipt.spot:
        spot = receipt.spot
        yield f"Spot: {spot.type} costs ${spot.hourly_usd:g} an hour, by {spot.source}, as of {spot.as_of}."
    else:
        yield "Spot: AWS did not say what it costs."
    if receipt.forgotten:
        it = receipt.forgotten
        yield (
            f"A downsize that is forgotten would cost {usd(it.day_usd)} a day, {usd(it.week_usd)} a week, "
            f"{usd(it.month_usd)} a month: {it.work_type} instead of {it.base_type}."
        )
    else:
        yield "What a downsize that is forgotten would cost is not known: a price is missing."


def _sum(known: float | None, times: Sequence[TimeOnType]) -> str:
    """Return a sum; where not all of it is known, the part that is."""
    least = sum(it.usd or 0.0 for it in times)
    if known is not None or least < LEAST_USD:
        return usd(known)
    return f"at least {usd(least)}"


def claims(report: Report) -> str:
    """Say how many claims were looked at, and how many do not hold."""
    against = sum(1 for it in report.validation if it.against)
    found = f"{against} {'does' if against == 1 else 'do'} not hold:" if against else "all hold."
    return f"{len(report.validation)} claims were looked at; {found}"


def profile(evaluation: Evaluation) -> str:
    """Say what the features look like."""
    return (
        f"{evaluation.features} features on {evaluation.bars} bars; without any value: {evaluation.empty}; "
        f"constant: {evaluation.constant}."
    )


def not_measured(evaluation: Evaluation) -> str:
    """Say why it was not measured whether TIER 1 helps."""
    return f"Whether TIER 1 helps was not measured: {evaluation.not_measured}."
