"""Measures what TIER 1 adds to a baseline: the whole way from decisions to figures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from include.benefit import Comparison, GainPath, Measured
from include.evaluation.decisions import per_year
from include.evaluation.importance import Importance, mean_forecast
from include.evaluation.intervals import compare, deflated_sharpe, path_interval
from include.evaluation.models import MODELS
from include.evaluation.placebo import shuffled
from include.evaluation.portfolio import profits
from include.evaluation.sample import Sample
from include.evaluation.walk_forward import blocks, walk_forward

BOTH = "both models"
"""The mean of all models' forecasts: what the answer is about."""

Forecasts = dict[str, np.ndarray]


def measure(sample: Sample, costs: np.ndarray) -> Measured:
    """Measure what TIER 1 adds to what a pair's own past tells.

    Args:
        sample: the decisions.
        costs: of one leg of each pair, in log units, shape [28].

    Raises:
        TooLittleDataError: there is not enough to learn from and to judge by.
    """
    importance = Importance(sample)
    trial = try_out(sample, costs, importance)
    placebo = forecasts(sample.with_tier1(shuffled(sample.tier1)), "placebo")
    without, with_ = ({name: trial.profit(one) for name, one in side.items()} for side in trial.sides)
    strategies = [*without.values(), *with_.values()]
    judged = sample.ts[trial.judged]
    return Measured(
        net=trial.compared(),
        before_costs=replace(trial, costs=np.zeros_like(costs)).compared(),
        late=replace(trial, sample=sample.a_bar_late()).compared(),
        placebo=replace(trial, treatment=placebo).compared(),
        models={name: trial.compared(name) for name in MODELS},
        tried=len(strategies),
        deflated_sharpe=deflated_sharpe(with_[BOTH], strategies),
        families=importance.by_family(),
        path=_path(sample.months[trial.judged], without[BOTH], with_[BOTH]),
        blocks=len(blocks(sample.months)),
        judged=len(judged),
        first_judged=str(judged[0]),
        last_judged=str(judged[-1]),
    )


@dataclass(frozen=True, slots=True)
class Trial:
    """Forecasts without and with TIER 1 of the same decisions.

    Attributes:
        sample: the decisions.
        costs: of one leg of each pair.
        baseline: forecasts without TIER 1, by model.
        treatment: forecasts with it.
    """

    sample: Sample
    costs: np.ndarray
    baseline: Forecasts
    treatment: Forecasts

    @property
    def sides(self) -> tuple[Forecasts, Forecasts]:
        """The forecasts without TIER 1, and those with it."""
        return self.baseline, self.treatment

    @property
    def judged(self) -> slice:
        """The decisions that are judged: not the last one, whose outcome is still open."""
        return slice(blocks(self.sample.months)[0].start, len(self.sample) - 1)

    def profit(self, forecast: np.ndarray) -> np.ndarray:
        """Return what the portfolio makes of a forecast at each decision that is judged."""
        return profits(forecast, self.sample, self.costs)[self.judged]

    def compared(self, model: str = BOTH) -> Comparison:
        """Compare the two sides of a model."""
        without, with_ = (self.profit(side[model]) for side in self.sides)
        return compare(without, with_, per_year(self.sample.ts))


def try_out(sample: Sample, costs: np.ndarray, importance: Importance | None = None) -> Trial:
    """Forecast without TIER 1 and with it."""
    return Trial(
        sample,
        costs,
        forecasts(sample.without_tier1(), "baseline"),
        forecasts(sample, "with TIER 1", importance),
    )


def forecasts(sample: Sample, label: str, importance: Importance | None = None) -> Forecasts:
    """Forecast each outcome by each model, and by the mean of them, shape [D, 28]; NaN where not judged."""
    found = {name: np.full_like(sample.returns, np.nan) for name in [*MODELS, BOTH]}
    for fitted in walk_forward(sample, label):
        here = slice(fitted.block.start, fitted.block.end)
        by_model = fitted.forecasts()
        mean = mean_forecast(by_model)
        for name, forecast in (by_model | {BOTH: mean}).items():
            found[name][here] = forecast
        if importance is not None:
            importance.add(fitted, mean)
    return found


def _path(months: np.ndarray, baseline: np.ndarray, treatment: np.ndarray) -> GainPath:
    ends = np.flatnonzero(np.append(months[1:] != months[:-1], True))
    low, high = path_interval(treatment, ends)
    return GainPath(
        months=tuple(map(str, months[ends])),
        baseline=_plain(baseline.cumsum()[ends]),
        treatment=_plain(treatment.cumsum()[ends]),
        low=_plain(low),
        high=_plain(high),
    )


def _plain(values: Sequence[float] | np.ndarray) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)
