"""What the validation tells of its claims; what they notice is asked in test_mutations_of_features.py."""

import json
import logging
from dataclasses import replace

import pytest
from psycopg import OperationalError

from include.market import BLOCS, CURRENCIES
from include.months import MonthRange
from include.stages.catalogue import FEATURES
from include.store.checks.claims import claims
from include.store.checks.validate import FIRST, validate
from include.store.connection import DatabaseUnreachableError, connect
from tests.bad_ticks import Tick, standing_market, with_ticks
from tests.conftest import empty_database
from tests.store.history import MONTHS, SETTINGS, compute_all, hourly_closes, load_history

RANGE = MonthRange(*MONTHS[:2])


@pytest.fixture(scope="module")
def history(server):
    with empty_database(server) as url, connect(url) as conn:
        load_history(conn, hourly_closes(700))
        compute_all(url, months=MONTHS[:2])
        yield conn


@pytest.fixture
def computed(history):
    with history.transaction(force_rollback=True):
        yield history


def found(conn, months=RANGE, seed="seed", **changed):
    """What came of each claim, by its name."""
    findings = validate(conn, months, SETTINGS.model_copy(update=changed), seed)
    return {finding.claim.name: finding for finding in findings}


@pytest.fixture
def finding_of(computed, monkeypatch):
    """What came of one claim, and of none but it: all of them take seconds."""

    def finding_of(name, seed="seed"):
        chosen = [claim for claim in claims() if claim.name in {FIRST, name}]
        monkeypatch.setattr("include.store.checks.validate.claims", lambda: chosen)
        return found(computed, seed=seed)[name]

    return finding_of


def test_each_finding_says_what_was_looked_at_and_the_worst_figure(computed, caplog):
    caplog.set_level(logging.INFO)
    findings = found(computed)
    assert set(findings) == {claim.name for claim in claims()}
    assert all(finding.holds for finding in findings.values())
    assert findings["log_indices_sum_to_zero"].looked_at == 700
    assert 0 < findings["volatility_is_recomputed"].figure < 1e-12
    assert "volatility_is_recomputed holds: " in caplog.text
    assert "there are no pairs with a baseline table" in caplog.text


def test_bad_ticks_in_a_market_that_hardly_moves_contradict_no_claim(server):
    ticks = [
        Tick("usdjpy", 300, 1e5),
        Tick("eurusd", 560, 1e-5),
        Tick("audnzd", 600, 1e5, bars_missing=30),
    ]
    closes = hourly_closes(700)
    closes.iloc[:] = with_ticks(standing_market(700), ticks).T
    with empty_database(server) as url, connect(url) as conn:
        load_history(conn, closes)
        compute_all(url, months=MONTHS[:2])
        findings = found(conn)
    assert {name: finding.rows for name, finding in findings.items() if not finding.holds} == {}
    assert findings["bloc_coherence_is_recomputed"].figure < 1e-11


def test_nothing_of_the_validation_stays(computed):
    query = "select relname::text from pg_class where relpersistence = 't' order by 1"
    before = computed.execute(query).fetchall()
    found(computed)
    assert computed.execute(query).fetchall() == before


def test_what_contradicts_a_claim_is_shown_with_what_shows_all_of_it(computed, finding_of, caplog):
    computed.execute("update tier1.currency_indices set aud_basket_index = aud_basket_index * 1.01")
    finding = finding_of("log_indices_sum_to_zero")
    assert (finding.looked_at, finding.against, len(finding.rows)) == (700, 700, 20)
    assert finding.rows[0]["figure"] == pytest.approx(0.01, rel=1e-3)
    assert "log_indices_sum_to_zero does not hold: 700 of 700 bars" in caplog.text
    assert str(finding.rows[0]["ts_utc"]) in caplog.text
    assert finding.script in caplog.text
    with computed.transaction(force_rollback=True):  # as somebody would paste it
        cursor = computed.execute(finding.script)
        while cursor.nextset():
            pass
        assert len(cursor.fetchall()) == 700


def test_a_figure_that_is_no_number_does_not_get_into_a_report(computed, finding_of):
    computed.execute("update tier1.currency_blocs set euro_bloc_strength = 'nan'")
    summary = finding_of("bloc_strength_is_recomputed").summary()
    assert (summary["figure"], summary["against"] > 0) == (None, True)
    json.dumps(summary, allow_nan=False)


def test_another_run_recomputes_other_bars(computed, finding_of):
    computed.execute(
        "update tier1.currency_indices set aud_basket_index = 0 where aud_basket_index is not null"
    )
    first, again, other = (finding_of("basket_index_is_recomputed", seed).rows for seed in ("a", "a", "b"))
    assert first == again
    assert first != other


def test_months_outside_of_the_range_do_not_matter(computed):
    computed.execute("delete from tier1.currency_indices where ts_utc < '2024-02-01+00'")
    computed.execute("delete from tier1.completion_marker where month = '2024-01-01'")
    assert all(finding.holds for finding in found(computed, MonthRange(MONTHS[1], MONTHS[1])).values())


def test_bars_before_the_range_are_not_judged(history):
    with history.transaction(force_rollback=True):
        history.execute(
            "update tier1.currency_blocs set usd_bloc_coherence_60 = null where ts_utc < '2024-02-01+00'"
        )
        assert all(finding.holds for finding in found(history, MonthRange(MONTHS[1], MONTHS[1])).values())


def test_the_range_is_utc_whatever_the_session_thinks(computed):
    computed.execute("set time zone 'Pacific/Auckland'")
    assert all(finding.holds for finding in found(computed).values())


def test_features_of_other_options_are_noticed(computed):
    findings = found(computed, cost_bps={"eurusd": 3.0}, threshold_pct=0.01)
    assert [name for name, finding in findings.items() if not finding.holds] == ["arbitrage_is_recomputed"]


def test_no_feature_that_a_claim_is_about_is_forgotten():
    text = {claim.name: claim.query for claim in claims()}
    deviations = [f.name for f in FEATURES if "_volatility_" in f.name or "_dispersion_" in f.name]
    bounded = [f.name for f in FEATURES if "_coherence_" in f.name or "_breadth_" in f.name]
    assert len(deviations) == len(CURRENCIES) * 6 + len(BLOCS) * 4
    assert [name for name in deviations if name not in text["deviations_are_not_negative"]] == []
    assert [name for name in bounded if text["coherence_and_breadth_are_bounded"].count(name) != 2] == []


def test_a_month_without_any_bar_may_be_finished(computed, finding_of):
    computed.execute("delete from tier1.completion_marker where month = '2024-02-01'")
    computed.execute(
        "insert into tier1.completion_marker"
        ' select (jsonb_populate_record(m, \'{"month": "2024-02-01", "rows": 0}\')).*'
        " from tier1.completion_marker m"
    )
    for stage in ("currency_indices", "triangular_arbitrage", "currency_blocs"):
        computed.execute(f"delete from tier1.{stage} where ts_utc >= '2024-02-01+00'")  # noqa: S608
    assert finding_of("rows_match_their_markers").holds


def test_over_two_connections_the_same_is_found_in_the_same_order(server):
    with empty_database(server) as url, connect(url) as conn, connect(url) as beside:
        load_history(conn, hourly_closes(700))
        compute_all(url, months=MONTHS[:2])
        conn.execute("update tier1.currency_indices set aud_basket_volatility_60 = -1")  # all bars are wrong
        alone, both = (
            [replace(finding, seconds=0) for finding in validate(conn, RANGE, SETTINGS, "seed", other)]
            for other in (None, beside)
        )
        assert both == alone
        assert {finding.claim.name for finding in both if not finding.holds} == {
            "deviations_are_not_negative",  # needs no prices
            "indices_are_null_where_a_term_is_missing",
            "rows_are_as_they_were_published",
            "volatility_is_recomputed",
        }


def test_a_loss_of_the_other_connection_is_told(server):
    with empty_database(server) as url, connect(url) as conn, connect(url) as beside:
        load_history(conn, hourly_closes(100))
        compute_all(url, months=MONTHS[:1])
        beside.close()
        with pytest.raises((OperationalError, DatabaseUnreachableError), match="the connection is closed"):
            validate(conn, MonthRange(MONTHS[0], MONTHS[0]), SETTINGS, "seed", beside)
