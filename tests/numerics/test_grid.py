"""Series on one grid: as numpy's sorting and searching have it."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.numerics.grid import place, union

times = st.sets(st.integers(-(2**62), 2**62) | st.integers(0, 20), max_size=30).map(
    lambda it: np.array(sorted(it), np.int64)
)


@settings(deadline=None)  # the first example may compile the kernels
@given(st.lists(times, max_size=5))
def test_the_grid_has_every_time_once_and_each_value_where_its_time_is(series):
    grid = reduce(union, series, np.empty(0, np.int64))
    np.testing.assert_array_equal(grid, np.unique(np.concatenate([np.empty(0, np.int64), *series])))
    for ts in series:
        values = np.arange(len(ts)) + 1.0
        out = np.full(len(grid), np.nan)
        place(out, grid, ts, values)
        np.testing.assert_array_equal(out[np.isin(grid, ts)], values)
        assert np.isnan(out[~np.isin(grid, ts)]).all()


@pytest.mark.parametrize("bars", [0, 1])
def test_a_series_that_has_no_bars_adds_none(bars):
    some = np.arange(bars)
    np.testing.assert_array_equal(union(some, np.empty(0, np.int64)), some)
    np.testing.assert_array_equal(union(np.empty(0, np.int64), some), some)
