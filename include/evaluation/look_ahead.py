"""No feature may know what comes after its bar: the stages compute it anew from prices that end there."""

import numpy as np

from include.stages import STAGES
from include.stages.catalogue import FEATURES
from include.stages.options import Options
from include.stages.panel import BasketBase, Panel

LOOKS = 20
"""Decisions at which all columns are computed anew."""
_TOLERANCE = 1e-9  # the contract's accuracy, relative, and absolute below 1


class LookAheadError(ValueError):
    """A feature is not what the prices until its bar give."""


def refuse_look_ahead(
    panel: Panel, at: np.ndarray, tier1: np.ndarray, base: BasketBase, options: Options
) -> None:
    """Compute all columns anew at some of the decisions, from prices that end there, and compare.

    Args:
        panel: the prices.
        at: positions of the decisions.
        tier1: all columns at the decisions, shape [D, 384].
        base: the scale of the indices.
        options: those of the stages.

    Raises:
        LookAheadError: a column has another value; the message says which, and when.
    """
    for d in np.unique(np.linspace(0, len(at) - 1, LOOKS).astype(int)):
        want = _known_by_then(panel.slice(0, int(at[d]) + 1), base, options)
        differs = ~np.isclose(tier1[d], want, rtol=_TOLERANCE, atol=_TOLERANCE, equal_nan=True)
        if differs.any():
            column = int(np.argmax(differs))
            raise LookAheadError(
                f"{FEATURES[column].name} at {panel.ts[at[d]]} UTC is {tier1[d, column]}, but the prices "
                f"until then give {want[column]} ({differs.sum()} such columns): it knows what came later, "
                "or prices or settings have changed since. Compute the months again, then evaluate"
            )


def _known_by_then(past: Panel, base: BasketBase, options: Options) -> np.ndarray:
    """Return all columns at the last bar of these prices, shape [384]."""
    parts = []
    for stage in STAGES:
        seen = past.slice(max(len(past) - 1 - stage.look_back(options), 0), len(past))
        parts.append(stage.compute(seen, base, options)[:, -1])
    return np.concatenate(parts)
