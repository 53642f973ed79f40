"""The settings' part in a feature's value."""

import numpy as np

from include.market import PAIRS
from include.settings import Settings
from include.stages.options import COSTS_BPS, Options


def options_from(settings: Settings) -> Options:
    """Return the stages' options as the settings want them."""
    costs = [settings.cost_bps.get(pair, cost) for pair, cost in zip(PAIRS, COSTS_BPS, strict=True)]
    return Options(settings.max_stale_bars, np.array(costs), settings.threshold_pct)
