"""A run says before it begins what growing brings and costs: in the table, and to whoever is asked."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ec2_resize.preflight.check import Check
from embedded.connections import postgres_connection
from include.months import MonthRange
from include.pipeline import host, scaling
from include.pipeline.estimate import Outlook, Work
from include.pipeline.plan import Plan
from include.pipeline.scaling import RowCost
from include.report.worth import Worth
from include.store.grants import Grant
from tests.ec2.simulator import BASE, WORK, Simulator
from tests.store.history import MONTHS, NAMES, load_history
from tier1_tasks import looking, worth
from tier1_tasks.form import PARAMS, RunParams
from tier1_tasks.host.placement import ON_THE_INSTANCE
from tier1_tasks.worth import Now, check_worth, look_now, propose_anew, why_worth_it, worth_of, worth_resizing

YEAR = list(MonthRange.of_texts("2024-01", "2024-12"))
NOW = Now(type=BASE, state="running", vcpus=8, big_type=WORK, big_vcpus=32, has_database=True)
# a row takes 16 us of a processor's time, half of it in PostgreSQL, and none of it with the lock
COST = RowCost(alone=16.0, locked=0.0, unlocked=8.0, server=8.0, disk=0.0)


@pytest.fixture(autouse=True)
def _costs(monkeypatch: pytest.MonkeyPatch) -> None:
    for stage in NAMES:
        monkeypatch.setitem(scaling.COSTS, stage, COST)
    monkeypatch.setattr("include.pipeline.estimate.START_SECONDS", 0.0)
    monkeypatch.setattr(scaling, "START_SECONDS", 0.0)


@pytest.fixture
def _in_a_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """The instance has a worker of its own."""
    monkeypatch.setitem(ON_THE_INSTANCE, "queue", "tier1")


def run(**changed: Any) -> RunParams:
    return RunParams.of({name: param.value for name, param in PARAMS.items()} | changed)


def millions(rows: float) -> Outlook:
    """Rows for each of two stages; the third has nothing to do."""
    work = [Work(stage, YEAR, rows * 1e6) for stage in NAMES[:2]]
    return Outlook([*work, Work(NAMES[2], [], 0)], Grant(90, "max_connections"))


def judged(rows: float, now: Now = NOW, *, on_the_instance: bool = True, **changed: Any) -> Worth:
    return worth_of(run(**changed), now, millions(rows), on_the_instance=on_the_instance)


def test_the_work_and_the_price_are_as_worked_out_by_hand() -> None:
    found = judged(2.0)
    # 12 months in two rounds of up to 8: 16 us x 2/12 a row; processors: 16 us / 8, which is less
    assert found.seconds_as_it_is == pytest.approx(2 * 2.0 * 16 * 2 / 12)
    # all at once: 16 us / 12; processors: 16 us / 32
    assert found.seconds_big == pytest.approx(2 * 2.0 * 16 / 12)
    assert (found.months, found.rows, found.downtime_seconds) == (12, 4_000_000, 180.0)
    # two resizes, the work, a minute for all else; 1.428 and 0.3328 USD an hour
    assert found.extra_usd == pytest.approx((360 + 5.333 + 60) / 3600 * (1.428 - 0.3328), rel=1e-3)
    assert str(found) == (
        "12 months: very roughly 11 s here, 5 s on c7i.8xlarge; growing costs 2 x ~3 min of downtime and "
        "~$0.13: slower in all, 11 s against 5 s + 6 min"
    )


def test_each_answer_has_its_time_and_its_price() -> None:
    found = propose_anew(run(resize="always"), judged(2.0))
    assert found.resized == "very roughly 5 s for the stages, 6 min for the resizes, ~$0.13 more"
    assert found.as_it_is == "very roughly 11 s for the stages, no extra cost"


def test_each_answer_says_what_is_not_known_or_not_possible() -> None:
    nothing = propose_anew(run(resize="always"), judged(2.0, replace(NOW, big_type="c9x.8xlarge")))
    assert nothing.resized.endswith("6 min for the resizes, a price that is not known")
    stopped = propose_anew(run(resize="always"), judged(2.0, replace(NOW, state="stopped")))
    assert stopped.as_it_is.startswith("start i-")
    unknown = propose_anew(run(resize="always"), None)
    assert (unknown.resized, unknown.as_it_is) == ("", "")


def test_it_is_worth_it_where_the_work_takes_longer_than_the_setting_as_it_is() -> None:
    """15 minutes are 168.75 million rows."""
    assert not judged(168.0).worth_it
    assert judged(169.0).worth_it
    assert why_worth_it(judged(169.0)).startswith("the work takes longer than 15 minutes on i-")
    assert why_worth_it(judged(168.0)).startswith("the work takes no longer than 15 minutes on i-")


def test_an_instance_that_is_stopped_cannot_compute_as_it_is() -> None:
    found = judged(2.0, replace(NOW, state="stopped"))
    assert found.worth_it
    assert "does not run" in why_worth_it(found)


def test_an_instance_that_is_big_already_has_to_become_small() -> None:
    found = judged(2.0, replace(NOW, type=WORK, vcpus=32))
    assert found.worth_it
    assert found.seconds_as_it_is == found.seconds_big
    assert "big already" in why_worth_it(found)


def test_what_one_costs_that_is_big_already_beyond_the_base_type_is_not_known() -> None:
    big = replace(NOW, type=WORK, vcpus=32)
    found = judged(2.0, big)
    assert found.extra_usd is None
    proposal = propose_anew(run(resize="always"), found)
    assert proposal.resized.endswith("3 min for the resizes, a price that is not known")
    assert proposal.as_it_is == "very roughly 5 s for the stages, a price that is not known"
    nothing = worth_of(run(), big, millions(0.0), on_the_instance=True)
    assert "cost" not in str(replace(nothing, months=0))


def test_a_type_without_a_price_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(2.0, replace(NOW, big_type="c9x.8xlarge")).extra_usd is None


def test_a_database_elsewhere_stays_as_it_is() -> None:
    # with 8 vCPUs: 8 us / 8 a row
    assert judged(2.0, replace(NOW, has_database=False)).seconds_big == pytest.approx(2 * 2.0 * 16 / 12)
    big = replace(NOW, has_database=False, vcpus=4)
    assert judged(2.0, big).seconds_big == pytest.approx(2 * 2.0 * 8 / 4)


def line(found: Worth | None, resize: str = "always") -> list[Check]:
    return list(check_worth(run(resize=resize), found))


def test_the_table_warns_where_the_run_grows_although_it_does_not_pay() -> None:
    short, long = judged(2.0), judged(169.0)
    [check] = line(short)
    assert (check.result, check.found) == ("warning", str(short))
    assert "if_needed" in check.what_to_do
    assert [it.result for it in line(long)] == ["ok"]
    for resize in ("if_needed", "never"):
        assert line(short, resize) == [Check("worth resizing", "ok", str(short))]
    assert line(None) == []


def test_where_the_stages_run_with_airflow_growing_is_said_to_make_nothing_faster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(host, "usable_vcpus", lambda: 2)
    found = worth_of(run(), worth.without_worker(run()), millions(169.0), on_the_instance=False)
    assert found.seconds_big == found.seconds_as_it_is == pytest.approx(2 * 169 * 8)
    assert not found.worth_it
    [check] = line(found)
    assert check.result == "warning"
    assert "the stages run with Airflow, not on i-" in check.found
    assert "growing makes nothing faster" in check.found
    assert "idle" in check.what_to_do
    assert line(found, "never")[0].result == "ok"


def test_the_instance_is_looked_at_as_it_is(aws: Simulator) -> None:
    small, big = aws.instance(), aws.instance(state="stopped", instance_type=WORK)
    aws.show(small, CpuOptions={"CoreCount": 2, "ThreadsPerCore": 1})
    private = aws.describe(small)["PrivateIpAddress"]
    ec2 = looking.aws().connection_ec2
    assert look_now(ec2, run(instance_id=small), [private]) == replace(NOW, vcpus=2)
    assert look_now(ec2, run(instance_id=small, work_type=["m7i.8xlarge", WORK]), ["192.0.2.9"]) == replace(
        NOW, vcpus=2, big_type="m7i.8xlarge", has_database=False
    )
    # where it is a work type already, it stays that
    assert look_now(ec2, run(instance_id=big, work_type=["m7i.8xlarge", WORK]), []) == replace(
        NOW, type=WORK, state="stopped", vcpus=32, has_database=False
    )


@pytest.fixture
def history(conn: Any, database: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    return load_history(conn)


@pytest.mark.usefixtures("_in_a_queue")
def test_a_first_run_is_estimated_from_the_tables_and_the_types(
    aws: Simulator,
    history: Any,
) -> None:
    months = MonthRange(MONTHS[0], MONTHS[-1])
    it = run(instance_id=aws.instance())
    found = worth_resizing(it, Plan(months), "manual")
    assert found is not None
    assert (found.months, found.is_measured, found.worth_it, found.on_the_instance) == (5, False, False, True)
    assert 0 < found.seconds_big <= found.seconds_as_it_is < 1
    assert aws.writes(it.instance_id) == {}
    assert worth_resizing(it, Plan(months, ["no prices"]), "manual") is None
    assert worth_resizing(it, Plan(None, ["no months"]), "manual") is None


def test_without_a_worker_aws_is_not_asked(
    aws: Simulator,
    history: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looking, "aws", lambda: pytest.fail("asked AWS"))
    found = worth_resizing(run(), Plan(MonthRange(MONTHS[0], MONTHS[-1])), "manual")
    assert found is not None
    assert (found.months, found.on_the_instance) == (5, False)


@pytest.mark.usefixtures("_in_a_queue")
def test_what_cannot_be_estimated_stops_nothing_and_the_log_says_why(
    aws: Simulator,
    history: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert worth_resizing(run(instance_id="i-0"), Plan(MonthRange(MONTHS[0], MONTHS[-1])), "manual") is None
    assert "It cannot be estimated whether growing pays: " in caplog.text
    assert "i-0" in caplog.text


def test_the_setting_is_in_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        worth, "S", worth.S.model_copy(update={"worth_resizing_minutes": timedelta(seconds=10)})
    )
    assert judged(2.0).worth_it
