"""What is known at each decision, and what came of it."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from include.numerics.rolling import forward_fill
from include.stages.panel import Panel

LAGS = (1, 2, 3, 5, 10)
"""Moves of the pair itself that the baseline knows, in horizons."""
PARTS_OF_HORIZON = (12, 4)
"""The same within the last horizon: its last twelfth and its last quarter; and the last bar."""
HALF_LIFE, SHORT_HALF_LIFE = 20, 5
"""Decisions after which a squared move counts half, for the risk and for what is news about it."""
WARM_UP = 20
"""Moves that have to be seen before the risk of a pair is known."""
EARLIER = 60
"""Horizons before the first decision whose moves count for the risk, where there are so many."""
_DAY_HOURS = 24
_WORKDAYS = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """Decisions, in order of time; each outcome ends where the next one begins.

    Attributes:
        ts: time of each decision, shape [D].
        returns: log return of each pair until the next decision, shape [D, 28]; NaN = not known.
        late_returns: the same for who is a bar late, both times.
        risk: what such a return is like, from the moves until the decision, shape [D, 28]; NaN = not known.
        can_trade: whether the pair has a bar of its own there: a price that is carried forward is no
            offer; shape [D, 28].
        own: what the baseline knows, shape [D, 28, B].
        tier1: TIER 1, shape [D, C].
        columns: for each pair its columns of TIER 1, shape [28, K]; see `columns.layout`.
        families: the family of each of these K columns.
    """

    ts: np.ndarray
    returns: np.ndarray
    late_returns: np.ndarray
    risk: np.ndarray
    can_trade: np.ndarray
    own: np.ndarray
    tier1: np.ndarray
    columns: np.ndarray
    families: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of decisions."""
        return len(self.ts)

    @property
    def months(self) -> np.ndarray:
        """The UTC month of each decision."""
        return self.ts.astype("datetime64[M]")

    @property
    def outcome(self) -> np.ndarray:
        """The returns in units of their risk, shape [D, 28]."""
        return self.returns / self.risk

    def with_tier1(self, tier1: np.ndarray) -> Self:
        """Return the same decisions with other values of TIER 1."""
        return replace(self, tier1=tier1)

    def a_bar_late(self) -> Self:
        """Return the same decisions, carried out a bar later."""
        return replace(self, returns=self.late_returns)

    def without_tier1(self) -> Self:
        """Return the same decisions as the baseline knows them."""
        return replace(self, columns=self.columns[:, :0], families=())


def sample_of(
    panel: Panel, at: np.ndarray, horizon: int, max_stale_bars: int, tier1: np.ndarray,
    columns: np.ndarray, families: tuple[str, ...],
) -> Sample:  # fmt: skip
    """Make the decisions at these bars of the panel.

    Args:
        panel: prices, also from before the first decision.
        at: positions of the decisions, `horizon` bars apart.
        horizon: see `at`.
        max_stale_bars: a price is carried forward over at most this many bars.
        tier1: TIER 1 at the decisions.
        columns: see `Sample`.
        families: see `Sample`.
    """
    price = forward_fill(np.log(panel.close), max_stale_bars).T
    first = at[0] - horizon * min(EARLIER, at[0] // horizon)
    moves = _moves(price, np.concatenate([np.arange(first, at[0], horizon), at]), horizon)
    risk, short_risk = (
        np.sqrt(_mean_square(moves, half_life)[-len(at) :]) for half_life in (HALF_LIFE, SHORT_HALF_LIFE)
    )
    ts = panel.ts[at]
    return Sample(
        ts=ts,
        returns=_until_next(price[at]),
        late_returns=_until_next(price[np.minimum(at + 1, len(price) - 1)]),
        risk=risk,
        can_trade=~np.isnan(panel.close.T[at]),
        own=_own(price, at, horizon, risk, short_risk, ts),
        tier1=tier1,
        columns=columns,
        families=families,
    )


def _until_next(price: np.ndarray) -> np.ndarray:
    """Return the change from each decision to the next one; NaN at the last."""
    return np.concatenate([np.diff(price, axis=0), np.full_like(price[:1], np.nan)])


def _moves(price: np.ndarray, at: np.ndarray, bars: int) -> np.ndarray:
    """Return the moves of so many bars that end at these ones; NaN where there is no such bar."""
    moves = price[at] - price[np.maximum(at - bars, 0)]
    moves[at < bars] = np.nan
    return moves


def _mean_square(moves: np.ndarray, half_life: int) -> np.ndarray:
    """Return the weighted mean square of the moves until each decision; NaN where unknown, or 0."""
    decay = 0.5 ** (1 / half_life)
    total, weight, seen = (np.zeros(moves.shape[1]) for _ in range(3))
    means = np.full_like(moves, np.nan)
    for d, move in enumerate(moves):
        known = np.isfinite(move)
        total = decay * total + np.where(known, move, 0.0) ** 2
        weight = decay * weight + known
        seen += known
        np.divide(total, weight, out=means[d], where=(seen >= WARM_UP) & (total > 0))
    return means


def _own(
    price: np.ndarray,
    at: np.ndarray,
    horizon: int,
    risk: np.ndarray,
    short_risk: np.ndarray,
    ts: np.ndarray,
) -> np.ndarray:
    """Return the pair's own lags and volatility, the hour and the weekday, shape [D, 28, B]."""
    spans = {1} | {horizon // part for part in PARTS_OF_HORIZON} | {horizon * lag for lag in LAGS}
    lags = [_moves(price, at, span) / (risk * np.sqrt(span / horizon)) for span in sorted(spans - {0})]
    volatility = [np.log(risk), np.log(short_risk / risk)]
    angle = 2 * np.pi * (ts.astype("datetime64[m]").astype(int) / 60 % _DAY_HOURS) / _DAY_HOURS
    weekday = (ts.astype("datetime64[D]").astype(int) + 3) % 7  # 1970-01-01 was a Thursday
    clock = [np.sin(angle), np.cos(angle), *(weekday == day for day in range(_WORKDAYS))]
    everywhere = [np.broadcast_to(values[:, np.newaxis], risk.shape) for values in clock]
    return np.stack([*lags, *volatility, *everywhere], axis=-1)
