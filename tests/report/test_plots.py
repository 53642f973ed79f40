"""What a plot says in words is what its figures say, and what is not known is said to be so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from include.report.build import build_report
from include.report.model import Report
from include.report.model.series import ComputedMonth, FamilyNulls, FeatureSeries, Series, TaskTime
from include.report.plots.gains import gains
from include.report.plots.indices import indices
from include.report.plots.null_map import null_map
from include.report.plots.opportunities import opportunities
from include.report.plots.plot import MOST_COLUMNS, groups_of, percent
from include.report.plots.speed import speed
from include.report.plots.timeline import timeline
from include.report.spells import Spell, spells_of
from tests.report.reports import BEGAN, DOWNSIZE, UPSIZE, at, facts, feature_series

START, END = BEGAN, BEGAN + timedelta(seconds=600)


def report_with(**changes: object) -> Report:
    return build_report(replace(facts(), **changes))


def features_with(**changes: object) -> FeatureSeries:
    return replace(feature_series(), **changes)


def spells(**changes: object) -> list[tuple[str, float]]:
    return [(str(it), it.seconds) for it in spells_of(replace(facts(), **changes), START, END)]


def test_the_instance_was_what_its_resizes_say() -> None:
    assert spells() == [
        ("t3.2xlarge", 35.0),
        ("t3.2xlarge to c7i.8xlarge, not usable", 95.0),
        ("c7i.8xlarge", 290.0),
        ("c7i.8xlarge to t3.2xlarge, not usable", 90.0),
        ("t3.2xlarge", 90.0),
    ]


def test_what_no_resize_has_seen_is_not_known() -> None:
    assert spells(upsize=None, downsize=None) == [("unknown", 600.0)]
    assert spells(upsize=None)[0] == ("c7i.8xlarge", 420.0)
    assert spells(downsize=None)[-1] == ("c7i.8xlarge", 470.0)


def test_an_instance_that_was_not_touched_was_what_it_is_now() -> None:
    assert spells(upsize=None, downsize=None, no_resize="never") == [("t3.2xlarge", 600.0)]


def test_an_instance_that_ended_stopped_is_not_usable() -> None:
    assert spells(downsize=replace(DOWNSIZE, state="stopped"))[-1] == ("t3.2xlarge, not usable", 90.0)


def test_a_resize_that_found_all_as_it_should_be_takes_nothing_away() -> None:
    found_big = replace(UPSIZE, type_before="c7i.8xlarge", downtime_seconds=0.0)
    assert spells(upsize=found_big)[:2] == [("c7i.8xlarge", 130.0), ("c7i.8xlarge", 290.0)]


def test_the_timeline_names_the_longest_task_and_those_of_which_nothing_is_known() -> None:
    times = Series(
        tasks=(
            TaskTime(task="preflight", began=at(0), seconds=9),
            TaskTime(task="evaluate", began=at(257), seconds=140),
        )
    )
    tasks = {"preflight": "success", "approve": "skipped", "upsize": "failed", "evaluate": "success"}
    plot = timeline(report_with(series=times, tasks=tasks))
    assert "All of it took 7 min from 2026-01-05 10:00:00 UTC on; evaluate took longest, 2 min." in plot.says
    assert "i-1 was t3.2xlarge (35 s), then t3.2xlarge to c7i.8xlarge, not usable (2 min)" in plot.says
    assert plot.says.endswith("Not known is when these ran, if they did: upsize.")
    assert plot.rows[0] == ("preflight", "2026-01-05 10:00:00", "9.0 s", "success")


def test_a_run_of_which_no_times_are_known_has_no_timeline() -> None:
    plot = timeline(report_with(series=None))
    assert (plot.svg, plot.says) == ("", "When the tasks ran is not known.")


def month(stage: str, name: str, rows: int, began: float, ended: float) -> ComputedMonth:
    return ComputedMonth(stage=stage, month=name, rows=rows, began=at(began), ended=at(ended))


def test_rows_per_second_are_those_of_the_time_in_which_a_month_was_at_work() -> None:
    computed = (
        month("currency_indices", "2024-01", 1000, 0, 10),
        month("currency_indices", "2024-02", 3000, 5, 20),  # beside the first
        month("currency_indices", "2024-03", 1000, 3600, 3610),  # after the stage was cleared
        month("currency_blocs", "2024-01", 500, 3610, 3611),
    )
    plot = speed(report_with(series=Series(computed=computed)))
    assert plot.says == (
        "5,500 rows in 31 s in which a month was at work: 177 a second; by stage: currency_indices 167, "
        "currency_blocs 500."
    )
    assert plot.rows[0] == ("currency_indices", "3", "5,000", "30.0", "167", "2024-01: 100 rows/s")


@pytest.mark.parametrize(
    ("series", "said"),
    [
        (None, "How fast the months were computed is not known."),
        (Series(), "The run has computed no month, so that there is no speed to show."),
        (Series(unread="Not drawn: no database."), "Not drawn: no database."),
    ],
    ids=["older", "nothing to do", "unread"],
)
def test_a_speed_that_is_not_known_is_not_drawn(series: Series | None, said: str) -> None:
    plot = speed(report_with(series=series))
    assert (plot.svg, plot.says) == ("", said)


def test_the_map_names_the_darkest_cell_and_the_months_without_rows() -> None:
    nulls = feature_series().nulls
    families = (
        FamilyNulls(family="arbitrage", cells=(100, 0, 100), nulls=(1, 0, 30)),
        FamilyNulls(family="bloc index", cells=(100, 0, 100), nulls=(0, 0, 0)),
    )
    map_ = replace(nulls, months=("2024-01", "2024-02", "2024-03"), families=families)
    plot = null_map(report_with(series=Series(features=features_with(nulls=map_))), "")
    assert plot.says == (
        "7.75 % of 400 values are NULL. The darkest is arbitrage in 2024-03: 30.00 %. "
        "No rows (grey): 2024-02."
    )
    assert plot.rows == [
        ("arbitrage", "200", "15.50 %", "2024-03: 30.00 %"),
        ("bloc index", "200", "0.00 %", ""),
    ]


def test_tables_without_a_row_are_said_to_be_empty() -> None:
    nulls = feature_series().nulls
    families = tuple(replace(it, cells=(0,) * 12, nulls=(0,) * 12) for it in nulls.families)
    features = features_with(nulls=replace(nulls, families=families))
    assert null_map(report_with(series=Series(features=features)), "").says == (
        "The tables have no rows in these months."
    )


def test_a_line_is_broken_where_an_index_has_no_value_and_that_is_said() -> None:
    path = feature_series().indices
    broken = replace(path, indices=path.indices | {"AUD": (None, *path.indices["AUD"][1:])})
    plot = indices(report_with(series=Series(features=features_with(indices=broken))), "")
    assert plot.says.endswith("Where a line is broken, there is no value.")
    assert "USD has gained most" in plot.says
    assert [row[0] for row in plot.rows] == ["AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "NZD", "USD"]


def test_indices_without_any_value_are_not_drawn() -> None:
    path = feature_series().indices
    empty = replace(path, indices=dict.fromkeys(path.indices, (None,) * 240))
    plot = indices(report_with(series=Series(features=features_with(indices=empty))), "")
    assert (plot.svg, plot.says) == ("", "No index has a value in these months.")


def test_the_share_of_opportunities_is_of_what_is_known() -> None:
    path = replace(
        feature_series().arbitrage,
        times=("2024-01-05T00:00+00:00", "2024-01-20T00:00+00:00", "2024-02-03T00:00+00:00"),
        known=(100, 0, 300),
        opportunities=(10, 0, 6),
    )
    plot = opportunities(report_with(series=Series(features=features_with(arbitrage=path))), "")
    assert plot.says == "After costs, 4.00 % of 400 values are an opportunity; most in 2024-01, 10.00 %."
    assert plot.rows == [("2024-01", "100", "10", "10.00 %"), ("2024-02", "300", "6", "2.00 %")]


def test_where_no_triangle_is_known_no_share_is_drawn() -> None:
    path = replace(feature_series().arbitrage, known=(0,) * 240, opportunities=(0,) * 240)
    plot = opportunities(report_with(series=Series(features=features_with(arbitrage=path))), "")
    assert (plot.svg, plot.says) == ("", "No triangle of prices is known in these months.")


def test_gains_that_were_not_measured_are_not_drawn() -> None:
    plot = gains(report_with(evaluation=None))
    assert (plot.svg, plot.says[:33]) == ("", "Whether TIER 1 helps was not meas")


def test_the_gains_are_said_with_their_interval() -> None:
    assert gains(report_with()).says == (
        "By the end of 2024-12, after costs, in units of a pair's risk: +5.60 without TIER 1, +7.90 with it "
        "(95 %: +2.50 to +13.40)."
    )


@pytest.mark.parametrize("months", [0, 1, 12, 60, 61, 330])
def test_months_are_put_together_until_they_can_be_told_apart(months: int) -> None:
    groups = groups_of(months)
    assert len(groups) <= MOST_COLUMNS
    assert [at for group in groups for at in range(group.start, group.stop)] == list(range(months))


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "0.00 %"), (1e-7, "under 0.01 %"), (0.0123, "1.23 %"), (1.0, "100.00 %")]
)
def test_what_is_above_zero_is_never_said_to_be_zero(share: float, said: str) -> None:
    assert percent(share) == said


def test_a_spell_ends_where_the_next_begins() -> None:
    found = spells_of(facts(), datetime(2026, 1, 5, 10, 1, tzinfo=UTC), END)
    assert [type(it) for it in found] == [Spell] * len(found)
    assert found[0].began == datetime(2026, 1, 5, 10, 1, tzinfo=UTC)
    assert all(before.ended == after.began for before, after in pairwise(found))
