"""The guard makes small what no run needs any more, and never what a run needs."""

import pytest

from ec2_resize.holder import BASE_TYPE, OWNER, RUN
from tests.airflow.running import BASE, WORK, Running, eventually

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("airflow")]  # one running Airflow for all


def guard(airflow: Running) -> tuple[str, dict[str, str | None]]:
    """The colour of one run of the guard, and the states of its tasks."""
    run_id = airflow.start(airflow.guard)
    return airflow.end(airflow.guard, run_id), airflow.states(airflow.guard, run_id)


def assert_left_alone(airflow: Running) -> None:
    colour, states = guard(airflow)
    assert (colour, states["find"], states["alarm"]) == ("success", "success", "skipped")
    assert airflow.mails() == []


def assert_made_small(airflow: Running) -> None:
    colour, states = guard(airflow)
    assert (colour, states["downsize[0]"], states["alarm"]) == ("failed", "success", "failed")
    assert airflow.outcome() == (BASE, "running")
    assert RUN not in airflow.tags()
    assert airflow.mails() == ["TIER 1: an instance was left big or stopped"]


def test_a_live_run_is_left_alone_even_when_its_lease_has_expired(airflow: Running) -> None:
    airflow.transitions_take(8)
    run_id = airflow.start(airflow.tier1)
    airflow.task_becomes(run_id, "upsize", "deferred")
    eventually(lambda: airflow.tags().get(RUN) == run_id)
    assert airflow.schedules() == [f"tier1-{airflow.describe()['InstanceId']}"]
    airflow.lease_to(run_id, minutes=-1)
    assert_left_alone(airflow)
    airflow.transitions_take(1)
    assert airflow.end(airflow.tier1, run_id) == "success"
    assert airflow.outcome() == (BASE, "running")
    assert RUN not in airflow.tags()
    assert airflow.schedules() == []
    assert airflow.mails() == []


def test_a_run_whose_dag_was_paused_is_left_alone_until_its_lease_has_expired(airflow: Running) -> None:
    airflow.transitions_take(3)
    run_id = airflow.start(airflow.tier1)
    airflow.task_becomes(run_id, "upsize", "deferred")
    airflow.tier1.pause(paused=True)
    airflow.task_becomes(run_id, "upsize", "scheduled")  # what its trigger was waiting for has come
    assert_left_alone(airflow)
    airflow.lease_to(run_id, minutes=-1)
    assert_made_small(airflow)
    airflow.tier1.pause(paused=False)  # the run goes on by itself
    assert airflow.end(airflow.tier1, run_id) == "success"
    assert airflow.outcome() == (BASE, "running")


def test_what_a_deleted_run_has_left_is_made_small_at_once(airflow: Running) -> None:
    airflow.resize_by_hand(WORK)
    airflow.lease_to("deleted", minutes=60, **{BASE_TYPE: BASE})
    assert_made_small(airflow)


def test_another_airflow_is_believed_until_its_lease_has_expired(airflow: Running) -> None:
    airflow.resize_by_hand(WORK)
    airflow.lease_to("theirs", minutes=60, **{OWNER: "https://another.example"})
    assert_left_alone(airflow)
    assert airflow.outcome() == (WORK, "running")
    airflow.lease_to("theirs", minutes=-1)
    assert_made_small(airflow)


def test_without_a_lease_it_is_a_persons_own_affair(airflow: Running) -> None:
    airflow.resize_by_hand(WORK)
    assert_left_alone(airflow)
    assert airflow.outcome() == (WORK, "running")
    airflow.resize_by_hand(BASE)
