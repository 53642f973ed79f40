"""A placebo: TIER 1 in the wrong order, which cannot help."""

import numpy as np

BLOCK = 20
"""Decisions that stay together, so that the placebo has the memory of the real columns."""


def shuffled(tier1: np.ndarray, seed: int = 1) -> np.ndarray:
    """Return the rows in blocks whose order is drawn at random: what they say is about another time."""
    parts = [tier1[start : start + BLOCK] for start in range(0, len(tier1), BLOCK)]
    return np.concatenate([parts[i] for i in np.random.default_rng(seed).permutation(len(parts))])
