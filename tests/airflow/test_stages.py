"""A task fails by itself"""

import psutil
import pytest

from tests.airflow.guarantees import guarantee
from tests.airflow.run import Run
from tests.airflow.running import FIRST, Running
from tests.airflow.waiting import eventually

pytestmark = pytest.mark.slow
NOT_RUN = dict.fromkeys(["stage_2_4", "stage_2_16b", "validate", "publish"], "upstream_failed")
AT_ONCE = "at once"
RED = "red; small; what other months have is untouched"
SLOW_PUBLICATION = """
import time
publish = publish.override(pre_execute=lambda context: time.sleep(60))
"""


def refused_before_anything_was_touched(airflow: Running, run: Run) -> str:
    """Assert that preflight has refused the run; its log."""
    run.ends(
        "failed", "preflight failed", preflight="failed", upsize="upstream_failed", downsize="upstream_failed"
    )
    assert airflow.aws.writes() == []
    return run.log("preflight")


@guarantee(
    "`preflight` fails",
    "red; nothing was touched",
    by="it leaves nothing behind, and `downsize` does not run without a setup that succeeded",
    within=AT_ONCE,
)
def test_preflight_fails(airflow: Running) -> None:
    airflow.aws.fail("GetCallerIdentity", latency=5)  # long enough for another run to be there
    run = airflow.start(work_type="t3.nonexistent")
    run.becomes("preflight", "running")
    with airflow.killed_run(run):
        lines = refused_before_anything_was_touched(airflow, run)
    assert "no t3.nonexistent" in lines
    assert "other runs: warning\\n    1 running" in lines  # as JSON has it


@guarantee(
    "a run is triggered with a name that no parameter has",
    "red before anything is looked at; its log says which name was meant",
    by="`preflight` compares the names; Airflow takes any, and ignores them",
    within=AT_ONCE,
)
def test_unknown_parameter(airflow: Running) -> None:
    run = airflow.start(endmonth=FIRST)
    lines = refused_before_anything_was_touched(airflow, run)
    assert "There is no parameter 'endmonth', and the run would ignore it: did you mean end_month?" in lines
    assert f"{airflow.ports.ui_url}/tier1/runbook#before-anything-was-touched" in lines


@guarantee(
    "a pair's prices cannot be true: it is quoted inversely",
    "red: `preflight` names the pair, and what it is; nothing was touched",
    by="`preflight` looks at what `./tier1 check` looks at",
    within=AT_ONCE,
)
def test_prices_that_cannot_be_true(airflow: Running) -> None:
    with airflow.inverse_price("eurgbp", FIRST):
        lines = refused_before_anything_was_touched(airflow, airflow.start())
    assert "eurgbp is quoted inversely" in lines


@guarantee(
    "the approval is rejected", "red; never big", by="teardown `downsize`, which looks", within=AT_ONCE
)
def test_approval_rejected(airflow: Running) -> None:
    run = airflow.start(require_approval=True)
    run.decide("Reject")
    run.ends("failed", "approve failed", approve="failed", upsize="upstream_failed")
    assert "has rejected this run" in run.log("approve")
    assert airflow.aws.writes() == []


@guarantee(
    "nobody answers the approval",
    "red; never big",
    by="its `response_timeout`, then `downsize`, which looks",
    within="`TIER1_APPROVAL_TIMEOUT_HOURS`",
)
def test_approval_times_out(airflow: Running) -> None:
    airflow.project.set(approval_timeout_hours=0.004)  # longer than Airflow takes to note that it waits
    run = airflow.start(require_approval=True)
    run.ends("failed", "approve failed", approve="failed", upsize="upstream_failed")
    assert airflow.aws.writes() == []


@guarantee("a stage raises", RED, by="teardown `downsize`", within=AT_ONCE)
def test_stage_raises(airflow: Running) -> None:
    run = airflow.start()
    run.becomes("upsize", "deferred")
    with airflow.impossible_price(FIRST):
        run.becomes("stage_2_3", "failed")
        airflow.happens()
    run.ends("failed", "stage_2_3 failed", stage_2_3="failed", **NOT_RUN)


@guarantee(
    "a stage's process is killed (-9)",
    RED,
    by="teardown `downsize`",
    within="seconds: its supervisor sees it",
)
def test_stage_killed(airflow: Running) -> None:
    with airflow.at_a_stage() as run:
        airflow.happens()
        run.kill("stage_2_3")
        run.becomes("stage_2_3", "failed")
    run.ends("failed", "stage_2_3 failed", stage_2_3="failed", **NOT_RUN)


@guarantee(
    "a stage's supervisor is killed (-9)",
    RED + "; the stage that lives on holds no lease and ends by itself",
    by="Airflow misses its heartbeats; teardown `downsize`",
    within="`task_instance_heartbeat_timeout` (Airflow's, 5 min by default)",
)
def test_supervisor_killed(airflow: Running) -> None:
    with airflow.at_a_stage() as run:
        airflow.happens()
        stage = run.process("stage_2_3")
        stage.parent().kill()
        run.becomes("stage_2_3", "failed")
        run.becomes("downsize", "success")
    run.ends("failed", "stage_2_3 failed", stage_2_3="failed", **NOT_RUN)
    eventually(lambda: not stage.is_running() or stage.status() == psutil.STATUS_ZOMBIE)


@guarantee(
    "a stage takes too long",
    RED,
    by="its `execution_timeout`, teardown `downsize`",
    within="`TIER1_STAGE_TIMEOUT_HOURS`",
)
def test_stage_takes_too_long(airflow: Running) -> None:
    airflow.project.set(stage_timeout_hours=8 / 3600)
    with airflow.at_a_stage() as run:
        run.becomes("stage_2_3", "failed")
        airflow.happens()
    run.ends("failed", "stage_2_3 failed", stage_2_3="failed", **NOT_RUN)


@guarantee(
    "a stage's marker never comes",
    RED,
    by="the sensor's patience, teardown `downsize`",
    within="`TIER1_MARKER_TIMEOUT_MINUTES`",
)
def test_marker_never_comes(airflow: Running) -> None:
    airflow.project.set(marker_timeout_minutes=0.1)
    run = airflow.start()
    with airflow.markers_are_late(run, "stage_2_16b"):
        run.becomes("stage_2_16b_complete", "failed")
        airflow.happens()
    run.ends(
        "failed", "stage_2_16b_complete failed", stage_2_16b_complete="failed", validate="upstream_failed"
    )
    assert "still without a marker: ['2024-01']" in run.log("stage_2_16b_complete")


@guarantee(
    "the sensor's trigger is never run (the triggerer is down)",
    RED + ", once the triggerer is back: the resize needs it",
    by="the timeout of the deferral, teardown `downsize`",
    within="`TIER1_MARKER_TIMEOUT_MINUTES` + 1 min",
)
def test_sensor_times_out(airflow: Running) -> None:
    airflow.project.set(marker_timeout_minutes=0.01)
    airflow.project.patch("tier1_tasks.markers.sensor", "SPARE = timedelta(seconds=5)")
    run = airflow.start()
    run.becomes("stage_2_3", "running")
    airflow.kill("triggerer")
    with airflow.markers_are_late(run, "stage_2_3"):
        run.becomes("stage_2_3_complete", "failed", seconds=150)
    airflow.happens()
    airflow.revive()
    run.ends("failed", "stage_2_3_complete failed", stage_2_3_complete="failed", **NOT_RUN)


@guarantee(
    "the validation fails", "red, nothing is published; small", by="teardown `downsize`", within=AT_ONCE
)
def test_validation_fails(airflow: Running) -> None:
    run = airflow.start()
    run.becomes("stage_2_16b", "running", seconds=150)
    airflow.ask("delete from tier1.currency_indices where ts_utc = '2024-01-15'")
    run.becomes("validate", "failed")
    airflow.happens()
    run.ends("failed", "validate failed", validate="failed", publish="upstream_failed")
    airflow.ask("delete from tier1.completion_marker")  # so that the month is computed again


@guarantee("the publication fails (its process is killed)", RED, by="teardown `downsize`", within=AT_ONCE)
def test_publish_fails(airflow: Running) -> None:
    # by itself it may take less than the time between two looks
    airflow.project.patch("tier1_tasks.validation", SLOW_PUBLICATION)
    run = airflow.start(force=False)
    run.becomes("publish", "running", seconds=150)
    for attempt in (1, 2, 3):
        eventually(lambda attempt=attempt: run.attempts("publish") == attempt)
        run.becomes("publish", "running")
        airflow.happens()
        run.kill("publish")
    run.ends("failed", "publish failed", publish="failed")
