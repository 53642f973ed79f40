"""How long a run takes, and what growing costs, worked out by hand from figures that are easy to divide."""

from dataclasses import replace

import pytest

from include.months import Month, MonthRange
from include.pipeline import scaling
from include.pipeline.estimate import Outlook, Work, seconds_of
from include.pipeline.scaling import START_SECONDS, Machines, RowCost
from include.report.worth import about, dollars
from include.settings import AUTO, MonthsAtOnce
from include.store.grants import Grant
from include.store.runs.speeds import Timed
from tests.report.facts import WORTH

STAGE, OTHER = "triangular_arbitrage", "currency_blocs"
# of a row 1 us with the lock, 1 us without it, 8 us in PostgreSQL
COST = RowCost(alone=10.0, locked=1.0, unlocked=1.0, server=8.0, disk=10.0)
MONTHS = list(MonthRange.of_texts("2024-01", "2024-10"))
PLENTY = Grant(90, "max_connections")
SMALL, BIG = Machines(2), Machines(32)
MILLION = 1_000_000


@pytest.fixture(autouse=True)
def _costs(monkeypatch: pytest.MonkeyPatch) -> None:
    for stage in (STAGE, OTHER):
        monkeypatch.setitem(scaling.COSTS, stage, COST)


def work(timed: Timed | None = None, months: list[Month] = MONTHS, stage: str = STAGE) -> Work:
    return Work(stage, months, MILLION * len(months) / len(MONTHS), timed)


def seconds(done: Work, machines: Machines, wanted: MonthsAtOnce = AUTO, shards: int = 1) -> float:
    return seconds_of(Outlook([done], PLENTY), machines, wanted, shards) - START_SECONDS


def test_without_an_earlier_run_it_is_as_the_model_says() -> None:
    # 2 at once: 1 us with the lock, and half of the other 9; the two vCPUs alone would allow 5 us
    assert seconds(work(), SMALL) == pytest.approx(1.0 + 9 * 5 / 10)
    # all ten at once: a tenth of the other 9
    assert seconds(work(), BIG) == pytest.approx(1.0 + 9 / 10)


def test_a_stage_that_took_twice_as_long_as_the_model_says_is_expected_to_do_so_anywhere() -> None:
    timed = Timed(STAGE, rows=MILLION, months=10, vcpus=2, at_once=2, tasks=1, seconds=11.0)
    assert seconds(work(timed), SMALL) == pytest.approx(11.0)
    assert seconds(work(timed), BIG) == pytest.approx(2 * 1.9)
    assert seconds(work(timed, MONTHS[:5]), BIG) == pytest.approx(2 * (0.5 + 9 * 0.5 / 5))


def test_it_does_not_matter_on_which_machine_a_stage_was_timed() -> None:
    timed = Timed(STAGE, rows=MILLION, months=10, vcpus=32, at_once=10, tasks=1, seconds=3.8)
    assert seconds(work(timed), SMALL) == pytest.approx(11.0)
    # two tasks with five months each: half of the lock's time
    shared = Timed(STAGE, rows=MILLION, months=10, vcpus=32, at_once=5, tasks=2, seconds=2 * (0.5 + 0.9))
    assert seconds(work(shared), SMALL) == pytest.approx(11.0)


def test_a_number_of_months_at_once_is_taken_as_it_is_and_auto_shares_the_vcpus_out() -> None:
    assert seconds(work(), BIG, wanted=2) == pytest.approx(5.5)
    # two tasks, with 1 of the 2 vCPUs each
    assert seconds(work(), SMALL, shards=2) == pytest.approx(0.5 + 9 * 5 / 10)


def test_few_connections_keep_the_big_type_from_computing_all_months_at_once() -> None:
    scarce = Outlook([work()], Grant(6, "CONNECTION LIMIT of role tier1"))
    assert seconds_of(scarce, BIG, AUTO, 1) == pytest.approx(START_SECONDS + 1.0 + 9 * 2 / 10)


def test_a_database_elsewhere_does_not_grow() -> None:
    assert seconds(work(), Machines(32, database_vcpus=2)) == pytest.approx(8 / 2)


def test_a_disk_that_was_faster_than_the_usual_one_is_not_taken_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(scaling.COSTS, STAGE, replace(COST, disk=1310.72))
    assert seconds(work(), BIG) == pytest.approx(10.0), "125 MiB a second"
    timed = Timed(STAGE, rows=MILLION, months=10, vcpus=2, at_once=2, tasks=1, seconds=5.5)
    assert seconds(work(timed), SMALL) == pytest.approx(5.5)
    assert seconds(work(timed), BIG) == pytest.approx(1.9)


def test_stages_follow_each_other_and_those_with_nothing_to_do_take_no_time() -> None:
    both = Outlook([work(), work(months=MONTHS[:5], stage=OTHER), work(months=[])], PLENTY)
    assert seconds_of(both, SMALL, AUTO, 1) == pytest.approx(2 * START_SECONDS + 5.5 + 0.5 + 4.5 * 3 / 5)
    assert both.months == 10
    assert both.rows == 1_500_000
    assert not both.is_measured


def test_the_downtime_is_the_median_of_those_measured() -> None:
    assert Outlook([], PLENTY, [90.0, 400.0, 100.0]).downtime_seconds == 100.0
    assert Outlook([], PLENTY).downtime_seconds == 180.0


def test_the_sentence_has_both_times_and_the_price_of_growing() -> None:
    text = "12 months: about 8 s here, 5 s on c7i.8xlarge; growing costs 2 x ~3 min of downtime and ~$0.13"
    assert str(WORTH) == f"{text}: slower in all, 8 s against 5 s + 6 min"
    long = replace(WORTH, seconds_as_it_is=9_000.0, seconds_big=2_700.0, extra_usd=0.98)
    assert str(long) == (
        "12 months: about 2.5 h here, 45 min on c7i.8xlarge; growing costs 2 x ~3 min of downtime and ~$0.98"
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"months": 1}, "1 month: about 8 s here"),
        ({"is_measured": False}, "12 months: very roughly 8 s here"),
        ({"months": 0}, "nothing to compute, as all months are still valid; growing costs 2 x ~3 min"),
        ({"extra_usd": None}, "2 x ~3 min of downtime and what TIER1_HOURLY_USD does not tell"),
        ({"is_big": True}, "12 months: about 8 s here, which is a c7i.8xlarge already"),
        ({"is_up": False}, "12 months: about 8 s if i-1 were running as it is, 5 s on c7i.8xlarge"),
        (
            {"on_the_instance": False},
            "12 months: about 8 s; the stages run with Airflow, not on i-1: growing makes nothing faster, "
            "and costs 2 x ~3 min of downtime and ~$0.13",
        ),
    ],
)
def test_the_sentence_says_what_is_special(changed: dict[str, object], said: str) -> None:
    assert said in str(replace(WORTH, **changed))


@pytest.mark.parametrize(
    ("exact", "text"),
    [
        (0.2, "1 s"),
        (8.2, "8 s"),
        (89.0, "89 s"),
        (95.0, "2 min"),
        (2_700, "45 min"),
        (9_000, "2.5 h"),
        (50_000, "14 h"),
    ],
)
def test_a_duration_is_as_exact_as_an_estimate(exact: float, text: str) -> None:
    assert about(exact) == text


def test_a_price_is_in_cents() -> None:
    assert [dollars(usd) for usd in (0.1298, 12.5, 0.001)] == ["~$0.13", "~$12.50", "less than $0.01"]
