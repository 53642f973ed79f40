"""The two models: a regularised linear one and gradient boosting. What they are is fixed beforehand.

Both learn from the first part of their training, and from the last part of it how far they can be trusted:
how strongly to regularise, and by how much to shrink what they forecast. Without that, each trades on noise,
and what is compared is which of the two pays more for it.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge

Predict = Callable[[np.ndarray], np.ndarray]
Fit = Callable[["Rows", "Rows"], Predict]

_PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0)  # a row; inputs have a variance of 1


_HARDLY = 1e-6
"""Less than any cost, so that nothing is traded. Where trading is free, the same risk is always taken: who
stops after losses and goes on after gains has too low a Sharpe ratio, even without any signal."""


class Rows(NamedTuple):
    """What a model learns from: a row is a pair at a decision.

    Attributes:
        inputs: shape [N, P].
        outcomes: in units of risk, shape [N].
        decisions: to which decision a row belongs, sorted, shape [N].
    """

    inputs: np.ndarray
    outcomes: np.ndarray
    decisions: np.ndarray


def linear(train: Rows, held_out: Rows) -> Predict:
    """Fit a ridge regression, with the penalty that does best on what was held out."""

    def fitted(rows: Rows, penalty: float) -> Predict:
        model = Ridge(alpha=penalty * len(rows.outcomes))
        return model.fit(rows.inputs, rows.outcomes).predict

    tried = [(penalty, fitted(train, penalty)(held_out.inputs)) for penalty in _PENALTIES]
    penalty, forecast = min(tried, key=lambda it: float(np.square(it[1] - held_out.outcomes).mean()))
    both = Rows(*(np.concatenate(parts) for parts in zip(train, held_out, strict=True)))
    return _times(trust(forecast, held_out), fitted(both, penalty))


def boosting(train: Rows, held_out: Rows) -> Predict:
    """Fit small trees, and stop when another one does not help on what was held out."""
    model = HistGradientBoostingRegressor(
        learning_rate=0.05,
        max_iter=60,
        max_leaf_nodes=8,
        min_samples_leaf=max(20, len(train.outcomes) // 100),
        l2_regularization=1.0,
        max_bins=63,
        early_stopping=True,  # pyright: ignore[reportArgumentType] - the default, a text, is not all it takes
        n_iter_no_change=5,
        random_state=1,
    )
    model.fit(train.inputs, train.outcomes, X_val=held_out.inputs, y_val=held_out.outcomes)
    return _times(trust(model.predict(held_out.inputs), held_out), model.predict)


def trust(forecast: np.ndarray, held_out: Rows) -> float:
    """Return what share of a forecast came true on what was held out, less what chance does to that share.

    It is the slope of the outcomes on the forecasts, shrunk as by James and Stein: next to nothing where it
    is within one standard error of 0. All pairs of a decision count as one observation: they move together.
    """
    scale = float(np.square(forecast).sum())
    if scale == 0:
        return _HARDLY
    slope = float(forecast @ held_out.outcomes) / scale
    _, first = np.unique(held_out.decisions, return_index=True)
    errors = np.add.reduceat(forecast * (held_out.outcomes - slope * forecast), first)
    variance = float(np.square(errors).sum()) / scale**2
    return max(_HARDLY, slope - variance / slope) if slope > 0 else _HARDLY


def _times(share: float, predict: Predict) -> Predict:
    return lambda inputs: share * predict(inputs)


MODELS: Final[dict[str, Fit]] = {"linear": linear, "boosting": boosting}
