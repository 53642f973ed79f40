"""Values that follow from the contract with pencil and paper, asked of the reference and of the stages.

In the even market every price is 1, so every log price is 0; a test moves a few of them.
"""

import numpy as np
import pytest

from oracle.features import reference_features
from oracle.market import PAIRS, currencies_of
from tests.agreement import stage_features
from tests.panels import even_market, pairs_of, without

EUR_PAIRS = {k: 1 if PAIRS[k].startswith("eur") else -1 for k in pairs_of("EUR")}


@pytest.fixture(params=[reference_features, stage_features], ids=["reference", "stages"])
def features(request):
    return request.param


def exactly(value):
    return pytest.approx(value, rel=1e-12, abs=1e-12)


def with_euro_at(log_value):
    """The even market with the euro at this log value in all seven of its pairs, bar by bar."""
    close = even_market(len(log_value))
    for k, sign in EUR_PAIRS.items():
        close[k] = np.exp(sign * np.asarray(log_value))
    return close


def test_all_indices_are_100_at_the_base_bar(features):
    got = features(even_market(1))
    assert got["jpy_basket_index"] == exactly([100])
    assert got["safe_haven_bloc_index"] == exactly([100])


def test_a_currency_that_gains_7_percent_on_all_others_gains_7_percent_and_they_lose_1(features):
    got = features(with_euro_at([0, 0.07]))
    assert got["eur_basket_index"] == exactly([100, 100 * np.exp(0.07)])
    assert got["usd_basket_index"] == exactly([100, 100 * np.exp(-0.01)])
    assert got["euro_bloc_index"] == exactly([100, 100 * np.exp(0.07)])
    assert got["commodity_bloc_index"] == exactly([100, 100 * np.exp(-0.01)])


def test_a_price_against_its_neighbours_moves_its_two_currencies_only(features):
    close = even_market(2)
    close[PAIRS.index("gbpusd"), 1] = np.exp(0.08)
    got = features(close)
    assert got["gbp_basket_index"][1] == exactly(100 * np.exp(0.08 / 7))
    assert got["usd_basket_index"][1] == exactly(100 * np.exp(-0.08 / 7))
    assert got["eur_basket_index"][1] == exactly(100)


def test_strength_leaves_the_currency_out_of_its_own_group(features):
    got = features(with_euro_at([0, 0.07]))
    others, euro = 100 * np.exp(-0.01), 100 * np.exp(0.07)
    assert got["eur_basket_strength_vs_major"][1] == exactly(euro - others)
    assert got["usd_basket_strength_vs_major"][1] == exactly(others - (euro + others + others) / 3)
    assert got["aud_basket_strength_vs_major"][1] == exactly(others - (euro + 3 * others) / 4)
    assert got["chf_basket_strength_vs_safe_haven"][1] == exactly(0)
    assert got["usd_bloc_strength"][1] == exactly(others - (euro + 6 * others) / 7)


def test_momentum_looks_back_exactly_its_window(features):
    value = np.zeros(62)
    value[1] = 0.07
    got = features(with_euro_at(value))
    peak = 100 * np.exp(0.07)
    assert np.isnan(got["eur_basket_momentum_60"][:60]).all()
    assert got["eur_basket_momentum_60"][60:] == exactly([0, 100 - peak])
    assert got["eur_basket_momentum_roc_60"][60:] == exactly([0, 100 * (100 / peak - 1)])
    assert got["euro_bloc_momentum_60"][60:] == exactly([0, -7])


def test_acceleration_compares_two_half_windows(features):
    value = np.zeros(91)
    value[45] = 0.07
    got = features(with_euro_at(value))
    peak = 100 * np.exp(0.07)
    assert np.isnan(got["eur_basket_momentum_accel_90"][:90]).all()
    assert got["eur_basket_momentum_accel_90"][90] == exactly(2 * (100 - peak))


def test_volatility_of_60_alternating_returns_is_their_size_times_the_root_of_60_over_59(features):
    got = features(with_euro_at(0.001 * (np.arange(61) % 2)))
    wanted = 10_000 * 0.001 * np.sqrt(60 / 59)
    for column in ("eur_basket_volatility_60", "euro_bloc_volatility_60"):
        assert np.isnan(got[column][:60]).all()
        assert got[column][60] == exactly(wanted)


def test_border_pairs_that_move_as_one_have_coherence_1(features):
    got = features(with_euro_at(0.001 * (np.arange(61) % 2)))
    assert np.isnan(got["euro_bloc_coherence_60"][:60]).all()
    assert got["euro_bloc_coherence_60"][60] == exactly(1)


@pytest.mark.parametrize("size", [1e-1, 1e-8])
def test_two_border_pairs_that_move_together_have_coherence_1_however_little_they_move(features, size):
    close = even_market(61)
    close[[PAIRS.index("eurusd"), PAIRS.index("eurjpy")]] = np.exp(size * (np.arange(61) % 2))
    assert features(close)["euro_bloc_coherence_60"][60] == exactly(1)


def test_two_border_pairs_that_move_against_each_other_have_coherence_minus_1(features):
    close = even_market(61)
    swing = np.exp(0.001 * (np.arange(61) % 2))
    close[PAIRS.index("eurusd")] = swing
    close[PAIRS.index("eurjpy")] = 1 / swing
    assert features(close)["euro_bloc_coherence_60"][60] == exactly(-1)


def test_a_single_moving_border_pair_has_no_coherence(features):
    close = even_market(61)
    close[PAIRS.index("eurusd")] = np.exp(0.001 * (np.arange(61) % 2))
    got = features(close)
    assert np.isnan(got["euro_bloc_coherence_60"]).all()
    assert np.isnan(got["usd_bloc_coherence_60"]).all()


def test_dispersion_and_breadth_compare_the_border_pairs_with_60_bars_ago(features):
    moves = dict(zip(EUR_PAIRS, [0.01, 0.01, 0.01, 0.01, -0.02, -0.02, 0.0], strict=True))
    close = even_market(61)
    for k, move in moves.items():
        close[k, 60] = np.exp(EUR_PAIRS[k] * move)
    got = features(close)
    assert np.isnan(got["euro_bloc_breadth_60"][:60]).all()
    assert got["euro_bloc_breadth_60"][60] == exactly(2 / 7)
    assert got["euro_bloc_dispersion_60"][60] == exactly(10_000 * np.sqrt((4 * 0.01**2 + 2 * 0.02**2) / 7))


def test_a_price_at_twice_its_value_is_sold_over_the_cheapest_third_currency(features):
    close = even_market(1)
    close[PAIRS.index("eurusd")] = 2
    got = features(close)
    # EUR -> USD -> GBP -> EUR: 0.5 + 0.5 + 1 basis points
    assert got["eurusd_arbitrage_profit_pct"] == exactly([100 * (2 * np.exp(-0.0002) - 1)])
    assert got["eurusd_arbitrage_opportunity"] == [1]
    assert got["eurusd_arbitrage_direction"] == [1]
    assert got["eurusd_arbitrage_max_profit"] == exactly([100])


def test_the_same_triangle_seen_from_a_pair_of_the_other_direction_has_the_other_sign(features):
    close = even_market(1)
    close[PAIRS.index("eurusd")] = 2
    got = features(close)
    # GBP -> USD -> EUR -> GBP buys EUR at 2: the opposite round trip gains
    assert got["gbpusd_arbitrage_direction"] == [-1]
    assert got["gbpusd_arbitrage_profit_pct"] == exactly([100 * (2 * np.exp(-0.0002) - 1)])


def test_without_a_mispriced_triangle_the_profit_is_minus_the_smallest_cost(features):
    close = even_market(1)
    close[PAIRS.index("eurusd")] = 2
    got = features(close)
    # every triangle of AUD and CAD but EUR and USD together: AUD -> CAD -> USD -> AUD costs 2 + 1 + 1
    assert got["audcad_arbitrage_profit_pct"] == exactly([100 * (np.exp(-0.0004) - 1)])
    assert got["audcad_arbitrage_opportunity"] == [0]
    assert got["audcad_arbitrage_direction"] == [0]
    assert got["audcad_arbitrage_max_profit"] == [0]


def test_the_largest_gain_before_cost_may_be_another_triangle_than_the_best_after_cost(features):
    close = even_market(1)
    close[PAIRS.index("eurcad")] = np.exp(0.02)
    close[PAIRS.index("usdcad")] = np.exp(0.03)
    cost_bps = np.zeros(28)
    cost_bps[PAIRS.index("usdcad")] = 200
    got = features(close, cost_bps=cost_bps)
    # AUD -> CAD over EUR gains 2 % at no cost, over USD 3 % at a cost of 2 %
    assert got["audcad_arbitrage_profit_pct"] == exactly([100 * (np.exp(0.02) - 1)])
    assert got["audcad_arbitrage_max_profit"] == exactly([100 * (np.exp(0.03) - 1)])


@pytest.mark.parametrize(("gaining", "losing", "direction"), [("cad", "jpy", 1), ("jpy", "cad", -1)])
def test_of_two_equal_triangles_the_first_in_currency_order_counts(features, gaining, losing, direction):
    close = even_market(1)
    # EUR -> USD -> z -> EUR: one z at twice the usual price of the dollar, the other at half of it
    close[PAIRS.index("usd" + gaining)] = 2
    close[PAIRS.index("usd" + losing)] = 0.5
    got = features(close, cost_bps=np.zeros(28))
    assert got["eurusd_arbitrage_direction"] == [direction]
    assert got["eurusd_arbitrage_profit_pct"] == exactly([100])


def test_a_profit_at_the_threshold_is_no_opportunity(features):
    close = even_market(1)
    close[PAIRS.index("eurusd")] = 2
    free = {"cost_bps": np.zeros(28)}
    profit = features(close, **free)["eurusd_arbitrage_profit_pct"][0]
    assert features(close, **free, threshold_pct=profit)["eurusd_arbitrage_opportunity"] == [0]
    assert features(close, **free, threshold_pct=profit)["eurusd_arbitrage_direction"] == [0]
    assert features(close, **free, threshold_pct=profit - 1e-9)["eurusd_arbitrage_opportunity"] == [1]


def test_a_triangle_counts_only_where_its_three_legs_have_a_bar(features):
    close = even_market(3)
    close[PAIRS.index("eurusd")] = 2
    close = without(close, [PAIRS.index("gbpusd")], slice(1, None))
    close = without(close, [PAIRS.index("usdjpy")], slice(2, None))
    got = features(close)
    # over GBP 2, then over JPY 2, then over CHF or AUD or CAD or NZD: CHF costs 0.5 + 1 + 1
    cost_bps = np.array([2, 2, 2.5])
    assert got["eurusd_arbitrage_profit_pct"] == exactly(100 * (2 * np.exp(-cost_bps / 10_000) - 1))
    assert np.isnan(got["gbpusd_arbitrage_max_profit"][1:]).all()


def test_without_a_whole_triangle_all_four_are_null(features):
    usd_to_others = [k for k in pairs_of("USD") if "EUR" not in currencies_of(PAIRS[k])]
    got = features(without(even_market(2), usd_to_others, slice(1, None)))
    for quantity in ("profit_pct", "opportunity", "direction", "max_profit"):
        assert np.isnan(got[f"eurusd_arbitrage_{quantity}"]).tolist() == [False, True]


@pytest.mark.parametrize("max_stale_bars", [0, 1, 60])
def test_a_price_is_carried_for_so_many_bars_and_not_one_more(features, max_stale_bars):
    gbp = pairs_of("GBP")
    got = features(without(even_market(80), gbp, slice(10, None)), max_stale_bars=max_stale_bars)
    assert not np.isnan(got["gbp_basket_index"][: 10 + max_stale_bars]).any()
    assert np.isnan(got["gbp_basket_index"][10 + max_stale_bars :]).all()


def test_seven_pairs_that_connect_all_currencies_are_enough(features):
    rest = [k for k in range(28) if k not in pairs_of("EUR")]
    close = without(with_euro_at([0, 0.07]), rest, slice(1, None))
    assert features(close, max_stale_bars=0)["eur_basket_index"][1] == exactly(100 * np.exp(0.07))


def test_least_squares_share_the_error_of_a_triangle_out(features):
    """AUD, CAD and CHF in a triangle that is 0.03 off; the other five hang on AUD without an error."""
    close = even_market(2)
    close[PAIRS.index("audcad"), 1] = np.exp(0.03)
    kept = ["audcad", "audchf", "cadchf", "audjpy", "audnzd", "audusd", "euraud", "gbpaud"]
    close = without(close, [k for k, pair in enumerate(PAIRS) if pair not in kept], slice(1, None))
    got = features(close, max_stale_bars=0)
    # least squares: AUD - CAD = 0.02, AUD - CHF = 0.01, so AUD = JPY = ... = 0.03 / 8
    assert got["aud_basket_index"][1] == exactly(100 * np.exp(8 / 7 * 0.03 / 8))
    assert got["cad_basket_index"][1] == exactly(100 * np.exp(8 / 7 * (0.03 / 8 - 0.02)))
    assert got["chf_basket_index"][1] == exactly(100 * np.exp(8 / 7 * (0.03 / 8 - 0.01)))
