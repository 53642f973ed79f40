"""What the report says of the question whether TIER 1 helps: one sentence, and what stands behind it."""

from collections.abc import Iterator

from include.report.model import Benefit, Comparison

EXPECTED = "+10-17 %"
"""What the runbook expects of the Sharpe ratio."""
_FEWEST_NAMED = 3
_LIKELY = 0.95


def sentence(benefit: Benefit) -> str:
    """Return the answer in one sentence, beside what the runbook expects."""
    return f"Sharpe ratio: expected {EXPECTED}; measured {_measured(benefit)} on {data(benefit)}."


def data(benefit: Benefit) -> str:
    """Say on what it was measured, and how much of it there would be."""
    apart = "1 bar" if benefit.horizon_bars == 1 else f"{benefit.horizon_bars} bars"
    seen = f"{benefit.judged:,} decisions of 28 pairs, {apart} apart"
    return f"{seen}, {benefit.first_judged[:10]} .. {benefit.last_judged[:10]}"


def _measured(benefit: Benefit) -> str:
    net = benefit.net
    if net.baseline == net.treatment == net.low == net.high == 0:
        return "nothing, as no forecast was worth its costs: not distinguishable from zero,"
    size, interval = _sizes(net)
    if net.is_zero:
        return f"{size} (95 %: {interval}), not distinguishable from zero,"
    if not benefit.placebo.is_zero and (benefit.placebo.low > 0) == (net.low > 0):
        return f"{size} (95 %: {interval}), but a placebo does so, too: not distinguishable from zero,"
    if net.low > 0 and net.treatment <= 0:
        return f"{size} (95 %: {interval}), and yet what is gained does not pay the costs,"
    return f"{size} (95 %: {interval})"


def _sizes(net: Comparison) -> tuple[str, str]:
    """Return the difference and its interval: in percent of the baseline, if that is above zero for sure."""
    ends = (net.low, net.high)
    if net.baseline_low > 0:
        size, *interval = (f"{100 * value / net.baseline:+.1f} %" for value in (net.difference, *ends))
    else:
        size, *interval = (f"{value:+.2f}" for value in (net.difference, *ends))
        size = f"a difference of {size}"
    return size, " to ".join(interval)


def details(benefit: Benefit) -> Iterator[str]:
    """Yield what stands behind the sentence, a line each."""
    yield f"After costs: {_pair(benefit.net)}."
    yield f"Before costs: {_pair(benefit.before_costs)}."
    if benefit.late is not None:
        yield f"Carried out a bar later, after costs: {_pair(benefit.late)}."
    yield f"With a placebo instead of TIER 1, after costs: {_pair(benefit.placebo)}."
    yield from (
        f"By the {name} model alone, after costs: {_pair(it)}." for name, it in benefit.models.items()
    )
    if benefit.deflated_sharpe is None:
        yield "With TIER 1 nothing was traded: there is no Sharpe ratio to deflate."
    else:
        yield (
            f"Deflated for {benefit.tried} strategies that were tried, the Sharpe ratio with TIER 1 is "
            f"more than luck with a probability of {100 * benefit.deflated_sharpe:.0f} %"
            f"{'' if benefit.deflated_sharpe > _LIKELY else ', which is not enough'}."
        )
    yield (
        "What a family of columns adds to the correlation of forecast and outcome, out of sample: "
        f"the most useful families: {_named(benefit, most_useful(benefit))}; "
        f"the least useful families: {_named(benefit, least_useful(benefit))}."
    )
    yield (
        f"{benefit.decisions:,} of {benefit.possible_decisions:,} decisions were looked at, the latest "
        f"ones; the models were fitted {benefit.blocks} times, each time on what lay "
        f"before; {benefit.seconds:.0f} s."
    )


def most_useful(benefit: Benefit) -> list[str]:
    """Return the families whose columns help to forecast, at most three; the best first."""
    best_first = sorted(benefit.families, key=lambda name: -benefit.families[name])
    return [name for name in best_first if benefit.families[name] > 0][:_FEWEST_NAMED]


def least_useful(benefit: Benefit) -> list[str]:
    """Return the families whose columns do not help to forecast, at least the last three; the worst first."""
    worst_first = sorted(benefit.families, key=lambda name: benefit.families[name])
    useless = [name for name in worst_first if benefit.families[name] <= 0]
    return useless if len(useless) > _FEWEST_NAMED else worst_first[:_FEWEST_NAMED]


def _named(benefit: Benefit, names: list[str]) -> str:
    return ", ".join(f"{name} ({benefit.families[name]:+.4f})" for name in names) or "none"


def _pair(it: Comparison) -> str:
    return (
        f"{it.baseline:.2f} without TIER 1, {it.treatment:.2f} with it, a difference of {it.difference:+.2f} "
        f"(95 %: {it.low:+.2f} to {it.high:+.2f})"
    )
