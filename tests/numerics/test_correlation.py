"""The implied correlation keeps its error bound however far single rows move."""

import numpy as np
import pytest

from include.numerics.correlation import implied_correlation
from tests.numerics.test_rolling import U, two_passes

WINDOWS = (60, 240)
BARS = 1_500
SIGNS = np.array([[1, -1, 1, 1, 0, -1], [0, 0, 1, -1, 1, 0.0]])
"""Two groups of six rows; the third and the fourth row are in both."""


def steps(scales, seed=8):
    """Six rows of steps that have something in common, each of another size."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=BARS)
    return np.array(scales)[:, np.newaxis] * (common + rng.normal(size=(6, BARS)))


def with_jumps(x):
    """Row 2 jumps far away and comes back a bar later; row 3 jumps and stays; row 5 jumps at the same bar."""
    jumped = x.copy()
    jumped[2, [400, 401]] = np.log(1e5), -np.log(1e5)
    jumped[3, 450] = 10.0
    jumped[5, 400] = -11.0
    return jumped


STEPS = {
    "of one size": steps([1e-4] * 6),
    "of six sizes": steps([1e-12, 1e-9, 1.0, 1e-6, 1e-3, 1e3]),
    "jumps": with_jumps(steps([1e-4] * 6)),
    "jumps among rows that hardly move": with_jumps(steps([1e-9] * 6)),
    "a trend": steps([1e-7] * 6) + 1e-4,
}


def by_pairs(x, w):
    """The correlation of rows, in two passes over each window of each pair, and the largest kappa."""
    windows = np.lib.stride_tricks.sliding_window_view(x.astype(np.longdouble), w, axis=1)
    mean = windows.mean(axis=2)
    deviation = windows - mean[:, :, np.newaxis]
    sd = np.sqrt((deviation**2).sum(axis=2))
    pairs = [(i, j) for i in range(len(x)) for j in range(i)]
    products = sum((deviation[i] * deviation[j]).sum(axis=1) for i, j in pairs)
    kappa = np.sqrt(1 + mean**2 * w / sd**2).max(axis=0)
    return products / sum(sd[i] * sd[j] for i, j in pairs), kappa


@pytest.mark.parametrize("w", WINDOWS)
@pytest.mark.parametrize("x", STEPS.values(), ids=STEPS)
def test_the_error_is_within_the_bound(x, w):
    found = implied_correlation(x, SIGNS, w)
    for signs, got in zip(SIGNS, found, strict=True):
        rows = np.flatnonzero(signs)
        want, kappa = by_pairs(signs[rows, np.newaxis] * x[rows], w)
        assert np.isnan(got[: w - 1]).all()
        assert (np.abs(got[w - 1 :] - want) <= (w + len(rows)) * U * kappa).all()


@pytest.mark.parametrize("w", WINDOWS)
def test_differences_of_variances_would_be_noticed(w):
    x = STEPS["jumps among rows that hardly move"][2:5]
    want, kappa = by_pairs(x, w)
    (_, of_sum), of_rows = two_passes(x.sum(axis=0), w), [two_passes(row, w)[1] for row in x]
    squares, total = sum(of_rows), sum(np.sqrt(of_rows))
    errors = np.abs((of_sum - squares) / (total**2 - squares) - want)
    assert errors.max() > 1e-9 > 1_000 * ((w + 3) * U * kappa).max()


def test_a_group_in_which_at_most_one_row_moves_has_no_correlation():
    x = np.zeros((6, BARS))
    x[2] = STEPS["jumps"][2]
    assert np.isnan(implied_correlation(x, SIGNS, 60)).all()
    x[0, 700] = 1e-12
    first, second = implied_correlation(x, SIGNS, 60)
    assert np.flatnonzero(~np.isnan(first)).tolist() == list(range(700, 760))
    assert np.isnan(second).all()


def test_a_jump_that_left_the_window_leaves_no_trace():
    calm = STEPS["jumps"].copy()
    calm[:, :480] = STEPS["of one size"][:, :480]
    got, want = (implied_correlation(x, SIGNS, 60)[:, 450 + 60 :] for x in (STEPS["jumps"], calm))
    np.testing.assert_array_equal(got, want)


def test_a_missing_value_blanks_the_windows_of_its_groups_and_no_other():
    x = STEPS["of one size"].copy()
    whole = implied_correlation(x, SIGNS, 60)
    x[0, 700] = np.nan
    first, second = implied_correlation(x, SIGNS, 60)
    assert np.flatnonzero(np.isnan(first[59:])).tolist() == list(range(700 - 59, 760 - 59))
    np.testing.assert_array_equal(np.delete(first, range(700, 760)), np.delete(whole[0], range(700, 760)))
    np.testing.assert_array_equal(second, whole[1])
