"""A part of Airflow, a database, or everything crashes"""

import pytest

from tests.airflow.guarantees import guarantee
from tests.airflow.running import Running
from tests.airflow.waiting import eventually
from tests.ec2.simulator import BASE, WORK

pytestmark = pytest.mark.slow


@guarantee(
    "the scheduler is killed (-9) in `preflight`, `upsize`, a stage, `validate`, `downsize`, and restarted",
    "green; small",
    by="its supervisor ends its workers, too, and starts it again; every task may be repeated",
    within="the restart",
)
def test_scheduler_killed(airflow: Running) -> None:
    def crashes() -> None:
        airflow.happens()
        airflow.kill("scheduler")
        airflow.revive()

    run = airflow.start()
    run.becomes("preflight", "running")
    crashes()
    run.becomes("upsize", "deferred")
    crashes()
    with airflow.held(run, "stage_2_4"):
        crashes()
    run.becomes("validate", "running", seconds=150)
    crashes()
    run.becomes("downsize", "deferred", seconds=150)
    crashes()
    run.ends("success")


@guarantee(
    "the triggerer is killed (-9) while `upsize`, a sensor and `downsize` wait, and started again",
    "green; small",
    by="Airflow starts the triggers again, and each looks at what there is",
    within="the restart",
)
def test_triggerer_killed(airflow: Running) -> None:
    def crashes() -> None:
        airflow.happens()
        airflow.kill("triggerer")
        airflow.revive()

    run = airflow.start()
    run.becomes("upsize", "deferred")
    crashes()
    with airflow.markers_are_late(run, "stage_2_3"):
        run.becomes("stage_2_3_complete", "deferred")
        crashes()
    run.becomes("downsize", "deferred", seconds=150)
    crashes()
    run.ends("success")


@guarantee(
    "the API server is restarted while a stage runs",
    "green; small",
    by="workers ask again until it answers",
    within="the restart",
)
def test_api_server_restarted(airflow: Running) -> None:
    with airflow.at_a_stage() as run:
        airflow.happens()
        airflow.kill("api-server")
        airflow.revive()
    run.ends("success")


@guarantee(
    "Airflow's metadata database is restarted while a stage runs",
    "small; green where the scheduler outlives it or is started again",
    by="what ended is started again by its supervisor",
    within="the restart",
)
def test_metadata_database_restarted(airflow: Running) -> None:
    with airflow.at_a_stage() as run:
        airflow.happens()
        airflow.restart_metadata_database()
    airflow.supervise(run)
    run.ends("success")


@guarantee(
    "the feature database is gone for a while",
    "red; small; whole months only; cleared, the stage goes on",
    by="a month and its marker are one transaction; teardown `downsize`, which needs no database",
    within="at once",
)
def test_feature_database_gone(airflow: Running) -> None:
    run = airflow.start()
    with airflow.held(run, "stage_2_3"):
        airflow.happens()
        airflow.prices_are_gone()
        run.becomes("stage_2_3", "failed")
        run.becomes("downsize", "success")
        assert run.finishes() == "failed"
        assert "the report is in this log only" in run.log("verdict")
        airflow.prices_are_there()
    airflow.instance_is(BASE, "running")
    run.clear("stage_2_3")

    run.ends("success")


@guarantee(
    "everything but AWS loses its power while a stage runs, and comes back three hours later",
    "small; with `TIER1_STAGE_RETRIES` the stage goes on after its last finished month: green; without: red",
    by="the new scheduler misses the stage's heartbeats; completion markers",
    within="seconds after the start",
)
def test_power_cut_in_a_stage(airflow: Running) -> None:
    airflow.allows_another_try()
    with airflow.at_a_stage() as run:
        airflow.cut_power()
    airflow.happens()
    airflow.comes_back_hours_later()
    run.ends("success")
    assert run.attempts("stage_2_3") == 2


@guarantee(
    "everything but AWS loses its power while `upsize` waits, and comes back three hours later",
    "the run goes on: green; small",
    by="`upsize` starts from what it finds",
    within="seconds after the start",
)
def test_power_cut_in_upsize(airflow: Running) -> None:
    airflow.aws.every_transition_takes(4)
    run = airflow.start()
    run.becomes("upsize", "deferred")
    airflow.cut_power()
    eventually(lambda: airflow.aws.outcome()[1] == "stopped")
    airflow.aws.every_transition_takes(0.3)
    airflow.happens()
    airflow.comes_back_hours_later()
    run.ends("success")


@guarantee(
    "the same while the DAG is paused, so that no task can run afterwards",
    "small",
    by="`tier1_guard`, by its own schedule",
    within="10 min after the start (here its schedule says: each minute)",
)
def test_power_cut_and_paused(airflow: Running) -> None:
    with airflow.at_a_stage():
        airflow.tier1.pause(paused=True)
        airflow.cut_power()
    assert airflow.aws.outcome() == (WORK, "running")
    airflow.guard_looks_by_itself()
    airflow.happens()
    airflow.comes_back_hours_later()
    eventually(lambda: airflow.aws.outcome() == (BASE, "running"), 120)
    airflow.instance_is(BASE, "running")


@guarantee(
    "everything but AWS loses its power while a stage runs, and does not come back",
    "small",
    by="the dead-man switch in AWS: the schedule that the run has left there",
    within="`TIER1_LEASE_MINUTES` (150)",
)
def test_airflow_never_comes_back(airflow: Running) -> None:
    with airflow.at_a_stage() as run:
        assert airflow.aws.schedules() == [f"tier1-{airflow.aws.describe()['InstanceId']}"]
        airflow.cut_power()
    airflow.happens()
    airflow.aws.expire_lease()
    assert airflow.aws.dead_man_switch_fires(airflow.home.path) == "Success"
    airflow.instance_is(BASE, "running")
    airflow.comes_back_hours_later()
    run.ends("failed", "stage_2_3 failed: it ended without a word", stage_2_3="failed")
