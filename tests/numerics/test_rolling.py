"""The rolling deviation keeps its error bound at every bar, however long and hard the history."""

import numpy as np
import pytest

from include.numerics.rolling import rolling_sd

U = 2.0**-53
WINDOWS = (60, 630)
STRETCH = 5_000
"""Bars of a stretch: several of the longest windows."""
BLOCK = 1 << 14
"""Windows that are evaluated at once."""
CALM, FLAT, TINY = 1e-4, 0.0, 1e-7
"""Steps of a usual minute, of a market that stands still, and of one that barely moves."""


def hard_steps(bars: int) -> np.ndarray:
    """Every calm stretch ends in a spike that leaves the windows while the market is flat or barely moves."""
    scales = np.tile(np.repeat([CALM, FLAT, CALM, TINY], STRETCH), -(-bars // (4 * STRETCH)))[:bars]
    steps = np.random.default_rng(5).normal(size=bars) * scales
    for spike in range(STRETCH - 2, bars - 1, 2 * STRETCH):
        steps[spike : spike + 2] = np.log(10), -np.log(10)
    return steps


def two_passes(x: np.ndarray, w: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sample variance of each full window, every window for itself, in the precision of `x`."""
    means, variances = [], []
    for start in range(0, len(x) - w + 1, BLOCK):
        block = x[start : start + BLOCK + w - 1]
        windows = [block[k : k + len(block) - w + 1] for k in range(w)]
        mean = sum(windows) / w
        variances.append(sum((values - mean) ** 2 for values in windows) / (w - 1))
        means.append(mean)
    return np.concatenate(means), np.concatenate(variances)


def bound(mean: np.ndarray, variance: np.ndarray, w: int) -> np.ndarray:
    """What the docstring says of the relative error of a variance, w kappa u."""
    return w * U * np.sqrt(1 + mean**2 / variance)


def relative_errors(sd: np.ndarray, variance: np.ndarray) -> np.ndarray:
    return np.abs(sd**2 - variance) / variance


@pytest.mark.slow
@pytest.mark.parametrize("w", WINDOWS)
def test_ten_million_bars_of_spikes_flat_and_tiny_stretches(w):
    steps = hard_steps(10_000_000)
    [sd] = rolling_sd(steps[None], w)
    assert np.isnan(sd[: w - 1]).all()
    sd = sd[w - 1 :]
    mean, variance = two_passes(steps, w)
    flat = variance == 0
    assert flat.sum() > len(steps) / 5
    assert (sd[flat] == 0).all()
    mean, variance, sd = mean[~flat], variance[~flat], sd[~flat]
    assert (sd > 0).all()
    # the two passes themselves have an error of w u
    assert (relative_errors(sd, variance) <= bound(mean, variance, w) + w * U).all()


@pytest.mark.parametrize("w", WINDOWS)
@pytest.mark.parametrize("mean", [0.0, 1.0, 1e3])
def test_the_bound_holds_where_values_are_far_from_zero(mean, w):
    values = np.random.default_rng(6).normal(mean, 1e-6, 20_000)
    [sd] = rolling_sd(values[None], w)
    means, variances = two_passes(values.astype(np.longdouble), w)
    assert (relative_errors(sd[w - 1 :], variances) <= bound(means, variances, w)).all()


@pytest.mark.parametrize("value", [0.0, 0.1, -1e-7, 1e9])
def test_equal_values_have_no_deviation(value):
    [sd] = rolling_sd(np.full((1, 2_000), value), 630)
    assert (sd[629:] == 0).all()


@pytest.mark.parametrize("w", WINDOWS)
def test_running_sums_would_be_noticed(w):
    steps = hard_steps(100_000)
    mean, variance = two_passes(steps, w)
    sums = np.cumsum([np.r_[0, steps], np.r_[0, steps**2]], axis=1)
    of_values, of_squares = sums[:, w:] - sums[:, :-w]
    running = (of_squares - of_values**2 / w) / (w - 1)
    moves = variance > 0
    errors = np.abs(running - variance)[moves] / variance[moves]
    assert (errors > bound(mean[moves], variance[moves], w) + w * U).sum() > STRETCH
    assert errors.max() > 1e-3


def test_a_missing_value_blanks_the_windows_that_hold_it_and_no_other():
    values = np.random.default_rng(7).normal(size=(1, 500))
    [whole] = rolling_sd(values, 60)
    values[0, 200] = np.nan
    [sd] = rolling_sd(values, 60)
    assert np.isnan(sd[200:260]).all()
    np.testing.assert_array_equal(np.delete(sd, range(200, 260)), np.delete(whole, range(200, 260)))
