"""What a portfolio of the 28 pairs makes of forecasts: equal risk, after costs."""

import numpy as np

from include.evaluation.sample import Sample

_LEGS = 2  # a position is opened and closed


def exposures(forecast: np.ndarray, sample: Sample, costs: np.ndarray) -> np.ndarray:
    """Return what is held of each pair after each decision, shape [D, 28]: one unit of its risk, or nothing.

    A position is opened where the forecast is larger than the two legs that open and close it, and held
    for as long as the forecast points the same way. Where the pair has no bar, nothing can be changed.

    Args:
        forecast: of each outcome, in units of risk; NaN = none.
        sample: the decisions.
        costs: of one leg of each pair, in log units, shape [28].
    """
    side = _as_last_traded(np.sign(np.nan_to_num(forecast)), sample)
    opens = _as_last_traded(np.abs(forecast) * sample.risk > _LEGS * costs, sample)
    decision = np.arange(len(sample))[:, np.newaxis]
    turned = np.diff(side, axis=0, prepend=0.0) != 0
    last_turn, last_opening = (
        np.maximum.accumulate(np.where(at, decision, -1), axis=0) for at in (turned, opens)
    )
    risk = _as_last_traded(sample.risk, sample)
    is_held = (last_opening >= last_turn) & (last_opening >= 0) & (risk > 0)
    return np.divide(side, risk, out=np.zeros_like(risk), where=is_held)


def _as_last_traded(values: np.ndarray, sample: Sample) -> np.ndarray:
    """Return the values as they were when the pair last had a bar; 0 before the first one."""
    decision = np.arange(len(sample))[:, np.newaxis]
    last = np.maximum.accumulate(np.where(sample.can_trade, decision, -1), axis=0)
    return np.where(last < 0, 0, np.take_along_axis(values, np.maximum(last, 0), axis=0))


def profits(forecast: np.ndarray, sample: Sample, costs: np.ndarray) -> np.ndarray:
    """Return the portfolio's profit after each decision, in units of risk of a pair, shape [D].

    Args:
        forecast: see `exposures`.
        sample: the decisions.
        costs: of one leg, charged for whatever is bought or sold.
    """
    held = exposures(forecast, sample, costs)
    traded = np.abs(np.diff(held, axis=0, prepend=0.0))
    earned = held * np.where(np.isfinite(sample.returns), sample.returns, 0.0)
    return (earned - costs * traded).mean(axis=1)


def sharpe(profit: np.ndarray, per_year: float) -> float:
    """Return the Sharpe ratio of a year; 0 where nothing was at risk."""
    spread = profit.std(ddof=1)
    return float(profit.mean() / spread * np.sqrt(per_year)) if spread > 0 else 0.0
