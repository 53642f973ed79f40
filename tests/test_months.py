"""Months and ranges of them: what is read, counted and written."""

from datetime import UTC, datetime

import numpy as np
import pytest

from include.months import MonthRange, parse_month

WINTER = MonthRange.of_texts("2023-12", "2024-02")


def test_a_range_has_both_of_its_ends_and_all_months_between():
    assert [str(month) for month in WINTER] == ["2023-12", "2024-01", "2024-02"]
    assert len(WINTER) == 3
    assert len(MonthRange.of_texts("2024-01", "2024-01")) == 1
    assert np.datetime64("2024-01", "M") in WINTER
    assert np.datetime64("2024-03", "M") not in WINTER


def test_its_interval_of_time_is_half_open():
    assert (WINTER.start, WINTER.end) == (datetime(2023, 12, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC))


def test_it_is_the_same_range_after_it_was_written_as_texts():
    texts = WINTER.as_texts()
    assert texts == {
        "first_month": "2023-12",
        "last_month": "2024-02",
        "start": "2023-12-01T00:00:00+00:00",
        "end": "2024-03-01T00:00:00+00:00",
    }
    assert MonthRange.of_texts(texts["first_month"], texts["last_month"]) == WINTER
    assert str(WINTER) == "2023-12 .. 2024-02"


@pytest.mark.parametrize(
    ("parts", "lengths"),
    [
        (1, [11]),
        (2, [5, 6]),
        (3, [3, 4, 4]),
        (4, [2, 3, 3, 3]),
        (11, [1] * 11),
        (12, [1] * 11),
        (64, [1] * 11),
    ],
)
def test_it_is_cut_into_ranges_of_nearly_the_same_length_that_have_all_its_months(parts, lengths):
    whole = MonthRange.of_texts("2024-01", "2024-11")
    cut = whole.split(parts)
    assert [len(part) for part in cut] == lengths
    assert [month for part in cut for month in part] == list(whole)


def test_a_range_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="2024-03 lies after the last month 2024-01: swap them"):
        MonthRange.of_texts("2024-03", "2024-01")


@pytest.mark.parametrize("text", ["2024-13", "2024-1", "2024-00", "24-01", "2024-01-01", "2024-01\n", ""])
def test_what_is_not_a_month_is_refused(text):
    with pytest.raises(ValueError, match="is not a month: write YYYY-MM"):
        parse_month(text)
