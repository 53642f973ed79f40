"""Which families of columns the forecasts rest on: each is permuted in turn, out of sample."""

import numpy as np

from include.evaluation.sample import Sample
from include.evaluation.walk_forward import Fitted


def mean_forecast(forecasts: dict[str, np.ndarray]) -> np.ndarray:
    """Return the mean of all models' forecasts: no model is chosen by what it is judged by."""
    return np.mean(list(forecasts.values()), axis=0)


class Importance:
    """Collects, block by block, what is forecast when a family is permuted."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample
        self._without: dict[str, list[np.ndarray]] = {name: [] for name in dict.fromkeys(sample.families)}
        self._whole: list[np.ndarray] = []
        self._outcomes: list[np.ndarray] = []

    def add(self, fitted: Fitted, forecast: np.ndarray) -> None:
        """Permute each family in the inputs of a block, all its columns alike, and forecast again."""
        first = fitted.inputs.shape[1] - len(self._sample.families)
        families = np.array(self._sample.families)
        order = np.random.default_rng(fitted.block.start).permutation(len(fitted.inputs))
        for name, collected in self._without.items():
            places = first + np.flatnonzero(families == name)
            inputs = fitted.inputs.copy()
            inputs[:, places] = inputs[order][:, places]
            collected.append(mean_forecast(fitted.forecasts(inputs)))
        self._whole.append(forecast)
        self._outcomes.append(self._sample.outcome[fitted.block.start : fitted.block.end])

    def by_family(self) -> dict[str, float]:
        """Return what each family adds to the correlation of forecast and outcome, the most useful first."""
        outcomes = np.concatenate(self._outcomes)
        whole = _correlation(np.concatenate(self._whole), outcomes)
        found = {
            name: whole - _correlation(np.concatenate(forecasts), outcomes)
            for name, forecasts in self._without.items()
        }
        return dict(sorted(found.items(), key=lambda item: -item[1]))


def _correlation(forecast: np.ndarray, outcome: np.ndarray) -> float:
    known = np.isfinite(forecast) & np.isfinite(outcome)
    ours, theirs = forecast[known], outcome[known]
    if len(ours) < 2 or ours.std() == 0 or theirs.std() == 0:
        return 0.0
    return float(np.corrcoef(ours, theirs)[0, 1])
