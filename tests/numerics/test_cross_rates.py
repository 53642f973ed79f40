"""The median of a pair's cross rates, also where some of them are missing."""

import numpy as np

from include.doubts.part import LEG_PAIR, LEG_SIGN
from include.numerics.cross_rates import median_cross_rates
from tests.panels import sparse


def test_it_is_the_median_of_the_rates_that_are_there():
    x = np.log(
        np.concatenate(
            [sparse(0.9, seed=1)[:, :300], sparse(0.3, seed=2)[:, :300], sparse(1.0, seed=3)[:, :300]], axis=1
        )
    )
    found = median_cross_rates(x, LEG_PAIR, LEG_SIGN)
    rates = (LEG_SIGN[..., np.newaxis] * x[LEG_PAIR]).sum(axis=2)
    some = ~np.isnan(rates).all(axis=1)
    want = np.full(found.shape, np.nan)
    for k, t in zip(*np.nonzero(some), strict=True):
        want[k, t] = np.median(rates[k, :, t][~np.isnan(rates[k, :, t])])
    assert some.mean() < 0.999
    np.testing.assert_allclose(found, want, rtol=0, atol=1e-12)
