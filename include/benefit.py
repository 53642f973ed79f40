"""What TIER 1 adds to forecasts: measured by the evaluation, told by the report."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Sharpe ratios of a year, without and with TIER 1.

    Attributes:
        baseline: without.
        treatment: with.
        difference: with, less without.
        low: lower end of the difference's 95 % interval.
        high: its upper end.
        baseline_low: lower end of the baseline's own 95 % interval.
    """

    baseline: float
    treatment: float
    difference: float
    low: float
    high: float
    baseline_low: float

    @property
    def is_zero(self) -> bool:
        """Whether the difference may be zero."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class GainPath:
    """What portfolios have gained by the end of each judged month, after costs, in units of a pair's risk.

    Attributes:
        months: the months, YYYY-MM.
        baseline: without TIER 1.
        treatment: with it.
        low: lower end of where 95 % of the paths with it lie that might have been.
        high: the upper end.
    """

    months: tuple[str, ...]
    baseline: tuple[float, ...]
    treatment: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What TIER 1 adds to forecasts; the method: docs/explanation/does-tier1-help.md.

    Attributes:
        net: after costs: what the answer is about.
        before_costs: the same forecasts, where trading is free.
        late: after costs, carried out a bar later: what a close that was off gives back is not in it.
            None in a report of an older version.
        placebo: after costs, with TIER 1 in the wrong order: it cannot help.
        models: after costs, by model.
        tried: how many strategies were tried.
        deflated_sharpe: how likely the Sharpe ratio with TIER 1 is not luck; None where nothing was traded.
        families: what each family of columns adds to the correlation of forecast and outcome.
        path: the gains through time.
        blocks: how often the models were fitted.
        judged: how many decisions were judged.
        first_judged: the first of them, UTC.
        last_judged: the last of them, UTC.
    """

    net: Comparison
    before_costs: Comparison
    late: Comparison | None = None
    placebo: Comparison
    models: dict[str, Comparison]
    tried: int
    deflated_sharpe: float | None
    families: dict[str, float]
    path: GainPath
    blocks: int
    judged: int
    first_judged: str
    last_judged: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit(Measured):
    """What was measured, and on how much.

    Attributes:
        horizon_bars: bars between two decisions.
        decisions: decisions that were looked at, also those that were only learnt from.
        possible_decisions: decisions that the run's months have; the latest ones are looked at.
        seconds: how long it took.
    """

    horizon_bars: int
    decisions: int
    possible_decisions: int
    seconds: float
