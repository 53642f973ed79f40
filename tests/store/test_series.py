"""The figures behind a report's plots are those of the tables, in one scan of each."""

import numpy as np
import pandas as pd
import pytest
from psycopg.errors import UndefinedTable

from include.market import CURRENCIES
from include.months import MonthRange
from include.stages.catalogue import FEATURES
from include.stages.families import family_of
from include.store.connection import connect
from include.store.features.series import POINTS, feature_series
from include.store.runs.computed import computed_months
from include.store.schema import ensure_schema
from tests.conftest import empty_database
from tests.store.history import NAMES, compute_all, hourly_closes, load_history, stored

MONTHS = MonthRange.of_texts("2024-01", "2024-03")


@pytest.fixture(scope="module")
def computed(server):
    with empty_database(server) as url:
        with connect(url) as conn:
            load_history(conn, hourly_closes(1_400))
        compute_all(url, run_id="first", months=list(MONTHS)[:1])
        compute_all(url, run_id="second", months=list(MONTHS))
        yield url


@pytest.fixture
def open_database(computed):
    with connect(computed) as conn:
        yield conn


@pytest.fixture
def series(open_database):
    return feature_series(open_database, MONTHS)


@pytest.fixture
def table(open_database):
    return stored(open_database)


def test_the_nulls_of_each_family_are_those_of_its_columns_by_month(series, table):
    months = table.index.tz_localize(None).to_period("M").astype(str)
    nulls = table.isna().groupby(months).sum()
    assert series.nulls.months == ("2024-01", "2024-02", "2024-03")
    for found in series.nulls.families:
        columns = [f.name for f in FEATURES if family_of(f.name) == found.family]
        assert list(found.nulls) == nulls[columns].sum(axis=1).tolist()
        assert list(found.cells) == [(months == month).sum() * len(columns) for month in series.nulls.months]
    assert sum(sum(it.nulls) for it in series.nulls.families) > 1000


def test_every_column_is_in_one_family_in_the_order_of_the_contract(series):
    families = list(dict.fromkeys(family_of(f.name) for f in FEATURES))
    assert [it.family for it in series.nulls.families] == families
    assert len(families) == 14


def test_the_indices_are_means_of_pieces_of_equal_length(series, table):
    path = series.indices
    assert 100 < len(path.times) <= POINTS + len(MONTHS)
    at = pd.to_datetime(path.times)
    assert at.is_monotonic_increasing
    assert list(path.indices) == list(CURRENCIES)
    for currency, means in path.indices.items():
        column = table[f"{currency.lower()}_basket_index"]
        piece = np.searchsorted(at, column.index, side="right") - 1
        expected = column.groupby(piece).mean()
        assert [np.nan if mean is None else mean for mean in means] == pytest.approx(
            list(expected), abs=1e-4, nan_ok=True
        )


def test_opportunities_are_counted_among_what_is_known(series, table):
    flags = table[[f.name for f in FEATURES if f.name.endswith("_arbitrage_opportunity")]]
    assert sum(series.arbitrage.known) == flags.notna().to_numpy().sum()
    assert sum(series.arbitrage.opportunities) == np.nansum(flags.to_numpy())
    assert sum(series.arbitrage.opportunities) > 0


def test_a_month_without_rows_has_no_values(open_database):
    nulls = feature_series(open_database, MonthRange.of_texts("2024-03", "2024-05")).nulls
    assert {it.cells[2] for it in nulls.families} == {0}
    assert all(it.cells[0] > 0 for it in nulls.families)


def test_months_that_have_nothing_at_all_give_empty_paths(open_database):
    series = feature_series(open_database, MonthRange.of_texts("2020-01", "2020-02"))
    assert series.indices.times == series.arbitrage.times == ()
    assert series.indices.indices == dict.fromkeys(CURRENCIES, ())


def test_tables_that_are_not_there_are_an_error_that_names_them(conn):
    with pytest.raises(UndefinedTable, match="currency_indices"):
        feature_series(conn, MONTHS)


def test_a_run_has_computed_the_months_that_no_later_one_has(open_database):
    first, second = (computed_months(open_database, run) for run in ("first", "second"))
    assert {(it.stage, it.month) for it in first} == {(name, "2024-01") for name in NAMES}
    assert len(second) == 6
    assert [it.stage for it in second] == [name for name in NAMES for _ in range(2)]
    assert all(it.began < it.ended and it.rows > 100 for it in second)


def test_a_run_that_has_computed_nothing_has_no_months(conn):
    assert computed_months(conn, "never") == ()
    ensure_schema(conn)
    assert computed_months(conn, "never") == ()
