"""The report answers whether TIER 1 helps in one sentence that claims no more than was found."""

from dataclasses import replace

import pytest

from include.report.benefit import details, least_useful, sentence
from include.report.model import Benefit, Comparison, GainPath

ON = " on 900 decisions of 28 pairs, 60 bars apart, 2024-05-01 .. 2024-12-31."


def compared(baseline: float, low: float, high: float, baseline_low: float = 0.5) -> Comparison:
    difference = (low + high) / 2
    return Comparison(
        baseline=baseline,
        treatment=baseline + difference,
        difference=difference,
        low=low,
        high=high,
        baseline_low=baseline_low,
    )


def benefit(net: Comparison, placebo: Comparison | None = None) -> Benefit:
    return Benefit(
        net=net,
        before_costs=net,
        late=compared(net.baseline, -0.05, 0.05),
        placebo=placebo or compared(net.baseline, -0.1, 0.1),
        models={"linear": net, "boosting": net},
        tried=6,
        deflated_sharpe=0.5,
        families={"basket momentum": 0.02, "arbitrage": 0.01, "bloc breadth": 0.0, "bloc index": -0.01},
        path=GainPath(months=(), baseline=(), treatment=(), low=(), high=()),
        blocks=8,
        judged=900,
        first_judged="2024-05-01T00:00:00.000000",
        last_judged="2024-12-31T22:00:00.000000",
        horizon_bars=60,
        decisions=1300,
        possible_decisions=6200,
        seconds=9.0,
    )


@pytest.mark.parametrize(
    ("net", "said"),
    [
        (compared(2.0, 0.1, 0.5), "+15.0 % (95 %: +5.0 % to +25.0 %)"),
        (compared(2.0, -0.1, 0.5), "+10.0 % (95 %: -5.0 % to +25.0 %), not distinguishable from zero,"),
        (compared(0.2, 0.1, 0.5, baseline_low=-0.3), "a difference of +0.30 (95 %: +0.10 to +0.50)"),
        (
            compared(-1.0, 0.1, 0.5, baseline_low=-2),
            "a difference of +0.30 (95 %: +0.10 to +0.50), and yet what is gained does not pay the costs,",
        ),
        (compared(0, 0, 0, 0), "nothing, as no forecast was worth its costs: not distinguishable from zero,"),
    ],
    ids=["helps", "may be zero", "no percentage of nothing", "does not pay", "was not traded"],
)
def test_the_sentence_claims_what_was_found(net, said):
    assert sentence(benefit(net)) == f"Sharpe ratio: expected +10-17 %; measured {said}{ON}"


def test_what_a_placebo_does_as_well_is_no_help():
    found = benefit(compared(2.0, 0.1, 0.5), placebo=compared(2.0, 0.2, 0.4))
    assert "but a placebo does so, too: not distinguishable from zero," in sentence(found)


def test_on_daily_data_the_decisions_are_one_bar_apart():
    assert "28 pairs, 1 bar apart" in sentence(replace(benefit(compared(2.0, 0.1, 0.5)), horizon_bars=1))


def test_at_least_three_families_are_named_the_worst_first():
    assert least_useful(benefit(compared(2.0, 0.1, 0.5))) == ["bloc index", "bloc breadth", "arbitrage"]


def test_what_is_left_for_who_is_late_is_told_where_it_was_measured():
    found = benefit(compared(2.0, 0.1, 0.5))
    late = (
        "Carried out a bar later, after costs: 2.00 without TIER 1, 2.00 with it, a difference of +0.00 "
        "(95 %: -0.05 to +0.05)."
    )
    assert late in list(details(found))
    assert late not in list(details(replace(found, late=None)))  # a report of an older version


def test_families_are_named_with_what_they_add():
    lines = "\n".join(details(benefit(compared(2.0, 0.1, 0.5))))
    assert "the most useful families: basket momentum (+0.0200), arbitrage (+0.0100);" in lines
    assert (
        "the least useful families: bloc index (-0.0100), bloc breadth (+0.0000), arbitrage (+0.0100)."
        in lines
    )


def test_no_family_is_called_useful_that_does_not_help():
    useless = replace(benefit(compared(2.0, 0.1, 0.5)), families={"arbitrage": 0.0, "bloc index": -0.01})
    assert "the most useful families: none;" in "\n".join(details(useless))


def test_where_nothing_was_traded_nothing_is_deflated():
    lines = list(details(replace(benefit(compared(0, 0, 0)), deflated_sharpe=None)))
    assert "With TIER 1 nothing was traded: there is no Sharpe ratio to deflate." in lines
    assert not any("Deflated for" in line for line in lines)


def test_the_bound_is_stated():
    lines = "\n".join(details(benefit(compared(2.0, 0.1, 0.5))))
    assert "1,300 of 6,200 decisions were looked at" in lines
    assert "Deflated for 6 strategies" in lines


def test_the_most_useful_family_comes_first_whatever_order_a_store_has_kept():
    stored = replace(benefit(compared(2.0, 0.1, 0.5)), families={"arbitrage": 0.01, "bloc index": 0.02})
    assert "the most useful families: bloc index (+0.0200), arbitrage (+0.0100);" in "\n".join(
        details(stored)
    )
