"""A column that knows what comes after its bar is refused, by name; so is a decision that does."""

import numpy as np
import pytest

from include.evaluation.look_ahead import LookAheadError, refuse_look_ahead
from include.stages.catalogue import FEATURES
from include.stages.options import Options
from tests.evaluation.markets import WARM_UP, random_walk

AT = np.arange(WARM_UP, WARM_UP + 60)


@pytest.fixture(scope="module")
def walk():
    return random_walk(60, seed=4)


def refuse(panel, tier1, base):
    refuse_look_ahead(panel, AT, tier1[AT], base, Options())


def test_columns_that_know_the_past_alone_pass(walk):
    refuse(*walk)


@pytest.mark.parametrize("name", ["eur_basket_index", "gbp_basket_volatility_60", "euro_bloc_momentum_60"])
def test_a_column_that_looks_one_bar_ahead_is_refused(walk, name):
    panel, tier1, base = walk
    column = [feature.name for feature in FEATURES].index(name)
    ahead = tier1.copy()
    ahead[:-1, column] = tier1[1:, column]
    with pytest.raises(LookAheadError, match=f"{name} at .* knows what came later"):
        refuse(panel, ahead, base)


def test_the_return_that_comes_next_is_refused_as_a_column(walk):
    panel, tier1, base = walk
    cheating = tier1.copy()
    cheating[:-1, 0] = np.diff(np.log(panel.close[0]))
    with pytest.raises(LookAheadError, match=FEATURES[0].name):
        refuse(panel, cheating, base)
