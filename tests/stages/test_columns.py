"""The catalogue names the columns of the contract, in its order."""

import numpy as np
import pytest

from include.market import PAIRS as MARKET_PAIRS
from include.stages import STAGES
from include.stages.basket import basket_base
from include.stages.catalogue import FEATURES
from include.stages.options import Options
from include.stages.panel import Panel
from oracle.features import reference_features
from oracle.market import PAIRS
from tests.agreement import panel_of, stage_features
from tests.panels import gaps_and_outages, market


def test_the_pairs_are_in_the_order_of_the_contract():
    assert MARKET_PAIRS == PAIRS


def test_there_are_384_columns_in_the_order_of_the_contract():
    names = [feature.name for feature in FEATURES]
    assert names == list(reference_features(market(1)))
    assert len(set(names)) == 384


def test_the_stages_have_224_112_and_48_columns_one_after_the_other():
    counts = {stage.name: len(stage.features) for stage in STAGES}
    assert counts == {"currency_indices": 224, "triangular_arbitrage": 112, "currency_blocs": 48}
    assert list(FEATURES) == [feature for stage in STAGES for feature in stage.features]


@pytest.mark.parametrize("bars", [0, 1])
@pytest.mark.parametrize("stage", STAGES, ids=str)
def test_a_panel_of_no_bar_or_of_one_has_all_columns(stage, bars):
    panel = panel_of(market(1))
    short = Panel(panel.ts[:bars], panel.close[:, :bars])
    columns = stage.compute(short, basket_base(panel), Options())
    assert columns.shape == (len(stage.features), bars)


def test_every_type_can_hold_its_column():
    allowed = {"boolean": {0, 1}, "smallint": {-1, 0, 1}}
    got = stage_features(gaps_and_outages())
    for feature in FEATURES:
        values = set(got[feature.name][~np.isnan(got[feature.name])])
        assert values <= allowed.get(feature.type, values), feature.name


def test_opportunities_are_booleans_directions_are_small_integers_all_else_is_double():
    for feature in FEATURES:
        last = feature.name.rsplit("_", 1)[-1]
        wanted = {"opportunity": "boolean", "direction": "smallint"}.get(last, "double precision")
        assert feature.type == wanted, feature.name


def test_every_column_but_a_boolean_and_a_sign_has_the_unit_of_the_contract():
    units = {
        "_basket_index": "index points",
        "_bloc_index": "index points",
        "_basket_momentum_accel_90": "index points",
        "_basket_momentum_60": "index points",
        "_basket_momentum_roc_390": "percent",
        "_basket_volatility_630": "basis points per bar",
        "_basket_strength_vs_major": "index points",
        "_arbitrage_profit_pct": "percent",
        "_arbitrage_max_profit": "percent",
        "_bloc_momentum_240": "percent (log)",
        "_bloc_volatility_60": "basis points per bar",
        "_bloc_dispersion_60": "basis points",
        "_bloc_strength": "index points",
    }
    for ending, unit in units.items():
        assert {feature.unit for feature in FEATURES if feature.name.endswith(ending)} == {unit}, ending
