"""How sure a figure is: the stationary block bootstrap, and the Sharpe ratio deflated for what was tried."""

from collections.abc import Sequence

import numpy as np
from arch.bootstrap import StationaryBootstrap, optimal_block_length
from scipy.stats import kurtosis, norm, skew

from include.benefit import Comparison
from include.evaluation.portfolio import sharpe

REPETITIONS = 1000
CONFIDENCE_PCT = 95.0
_ENDS = (50 - CONFIDENCE_PCT / 2, 50 + CONFIDENCE_PCT / 2)


def compare(baseline: np.ndarray, treatment: np.ndarray, per_year: float) -> Comparison:
    """Compare the profits of two portfolios in the same bars (Politis & Romano 1994).

    Both are drawn together, in blocks whose mean length is chosen by the rule of Politis & White (2004).
    """
    both = np.column_stack([baseline, treatment])

    def ratios(drawn: np.ndarray) -> np.ndarray:
        return np.array([sharpe(column, per_year) for column in drawn.T])

    without, with_ = ratios(both)
    drawn = _bootstrap(both, block_length(treatment - baseline)).apply(ratios, REPETITIONS)
    low, high = np.percentile(drawn[:, 1] - drawn[:, 0], _ENDS)
    return Comparison(
        baseline=float(without),
        treatment=float(with_),
        difference=float(with_ - without),
        low=float(low),
        high=float(high),
        baseline_low=float(np.percentile(drawn[:, 0], _ENDS[0])),
    )


def path_interval(profit: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where 95 % of the paths lie that the profit might have taken, at these decisions."""
    drawn = _bootstrap(profit, block_length(profit)).apply(lambda it: it.cumsum()[at], REPETITIONS)
    low, high = np.percentile(drawn, _ENDS, axis=0)
    return low, high


def block_length(series: np.ndarray) -> float:
    """Return the mean length of a block that fits the series' own memory, at least 1."""
    if len(np.unique(series)) < 3:
        return 1.0
    found = float(optimal_block_length(series)["stationary"].iloc[0])
    return max(1.0, found) if np.isfinite(found) else 1.0


def _bootstrap(data: np.ndarray, length: float) -> StationaryBootstrap:
    # a mean length need not be whole: it becomes the chance, 1 / length, that a block ends
    return StationaryBootstrap(length, data, seed=1)  # pyright: ignore[reportArgumentType]


def deflated_sharpe(profit: np.ndarray, tried: Sequence[np.ndarray]) -> float | None:
    """Return how likely it is that a Sharpe ratio is not just the best of what was tried.

    Bailey & Lopez de Prado (2014): the probability that the true ratio is above what the best of so many
    worthless strategies would have shown, given the length, skew and tails of the profits.

    Returns:
        None where nothing was at risk.
    """
    if profit.std() == 0:
        return None
    spread = float(np.std([sharpe(one, per_year=1.0) for one in tried], ddof=1))
    return probabilistic_sharpe(
        sharpe(profit, per_year=1.0),
        above=expected_best(spread, len(tried)),
        length=len(profit),
        skewness=float(skew(profit)),
        tails=float(kurtosis(profit, fisher=False)),
    )


def expected_best(spread: float, tried: int) -> float:
    """Return the Sharpe ratio that the best of so many worthless strategies is expected to show.

    Args:
        spread: standard deviation of the ratios of what was tried.
        tried: how many.
    """
    euler = np.euler_gamma
    return spread * float((1 - euler) * norm.ppf(1 - 1 / tried) + euler * norm.ppf(1 - 1 / (tried * np.e)))


def probabilistic_sharpe(ratio: float, above: float, length: int, skewness: float, tails: float) -> float:
    """Return how likely it is that a strategy's true Sharpe ratio is above another one.

    Args:
        ratio: what was seen, of one profit, not of a year.
        above: the other one, likewise.
        length: number of profits.
        skewness: of the profits.
        tails: their kurtosis, 3 for a normal distribution.
    """
    variance = 1 - skewness * ratio + (tails - 1) / 4 * ratio**2
    return float(norm.cdf((ratio - above) * np.sqrt(length - 1) / np.sqrt(variance)))
