"""The machine, its worker, and the way between them and Airflow"""

import pytest

from embedded.environment import INSTANCE_ID
from tests.airflow.forger import Forger
from tests.airflow.guarantees import guarantee
from tests.airflow.project import WITH_AIRFLOW
from tests.airflow.running import Running
from tests.airflow.waiting import eventually
from tests.ec2.simulator import WORK
from tier1_tasks.host.operator import TOLD_TO_END

pytestmark = pytest.mark.slow
RED = "red; small; finished months stay"
NOT_RUN = dict.fromkeys(["stage_2_4", "stage_2_16b", "validate", "publish"], "upstream_failed")
NEVER_BEGUN = NOT_RUN | {"stage_2_3": "upstream_failed"}
TEARDOWN = "teardown `downsize`"
NOTICED = "`task_instance_heartbeat_timeout` (2 min) + 10 s"
SILENT = (
    "stage_2_3 failed: it ended without a word: somebody marked it, its process was killed, or its machine "
    "failed. When downsize began,"
)
# a minute is what has to be survived; Airflow may be slow to come back
AWAY_SECONDS = 60


def a_stage_outlives_outages(airflow: Running) -> str:
    """The API server is away twice, in two ways; returns the host on which the stage has gone on."""
    with airflow.at_a_stage() as run:
        airflow.api_server_refuses(AWAY_SECONDS)
        run.is_heard_of("stage_2_3")
        airflow.api_server_hangs(AWAY_SECONDS)
        run.is_heard_of("stage_2_3")
        airflow.happens()
    run.ends("success")
    assert run.attempts("stage_2_3") == 1
    return run.host("stage_2_3")


@guarantee(
    "somebody stops the instance while a stage runs on it",
    RED,
    by=f"the worker tells Airflow as it is shut down; {TEARDOWN}",
    within="seconds",
)
def test_instance_stopped_in_a_stage(airflow: Running) -> None:
    with airflow.at_a_stage() as run:
        assert run.host("stage_2_3") == INSTANCE_ID
        airflow.happens()
        airflow.aws.ec2.stop_instances(InstanceIds=[INSTANCE_ID])
        run.becomes("stage_2_3", "failed", seconds=20)
    run.ends("failed", f"stage_2_3 failed: {TOLD_TO_END}", stage_2_3="failed", **NOT_RUN)


@guarantee(
    "the machine dies while a stage runs on it (its power fails)",
    RED,
    by=f"Airflow misses the stage's heartbeats; {TEARDOWN}",
    within=NOTICED,
)
def test_machine_dies_in_a_stage(airflow: Running) -> None:
    with airflow.at_a_stage() as run:
        airflow.happens()
        airflow.machine.loses_power()
        run.becomes("stage_2_3", "failed", seconds=240)
    run.ends("failed", f"{SILENT} {INSTANCE_ID} is", stage_2_3="failed", **NOT_RUN)


@guarantee(
    "the same with `TIER1_STAGE_RETRIES`, when somebody has stopped the instance",
    "the instance grows again, the stage goes on after its last finished month: green; small",
    by="the next try begins in the triggerer, which makes the instance big again",
    within="the start of the instance",
)
def test_instance_stopped_and_the_stage_tried_again(airflow: Running) -> None:
    airflow.allows_another_try()
    with airflow.at_a_stage() as run:
        airflow.happens()
        airflow.aws.ec2.stop_instances(InstanceIds=[INSTANCE_ID])
        eventually(lambda: airflow.aws.outcome() == (WORK, "stopped"))
        run.becomes("stage_2_3", "up_for_retry", "deferred")
    run.ends("success")
    assert run.attempts("stage_2_3") == 2
    assert run.host("stage_2_3") == INSTANCE_ID


@guarantee(
    "no worker reports from the instance",
    "red, and says so; small; nothing waits in the queue",
    by=f"each task for the instance begins in the triggerer, which waits for the worker; {TEARDOWN}",
    within="`TIER1_WORKER_WAIT_MINUTES` (10)",
)
def test_no_worker_reports(airflow: Running) -> None:
    airflow.project.set(worker_wait_minutes=0.1)
    airflow.patches("embedded.machine.unit", 'worker_command = lambda *_: ["sleep", "1000"]')
    run = airflow.start()
    run.becomes("verify_host", "failed")
    airflow.happens()
    run.ends("failed", f"verify_host failed: No worker on {INSTANCE_ID}", verify_host="failed", **NEVER_BEGUN)


@guarantee(
    "another worker listens on the queue of the instance",
    "red, before anything is computed elsewhere; small",
    by=f"`verify_host` asks who listens; {TEARDOWN}",
    within="at once",
)
def test_another_worker_listens(airflow: Running) -> None:
    with airflow.machine.another("i-0123456789abcdef0"):
        run = airflow.start()
        run.becomes("verify_host", "failed")
        airflow.happens()
        run.ends("failed", "verify_host failed", verify_host="failed", **NEVER_BEGUN)
        assert "i-0123456789abcdef0" in run.log("verify_host")


@guarantee(
    "the worker has other files than Airflow",
    "red, before anything is computed; small",
    by=f"`verify_host` compares a digest of DAGs, plugins and include; {TEARDOWN}",
    within="at once",
)
def test_worker_with_other_files(airflow: Running) -> None:
    with airflow.machine.other_files():
        run = airflow.start()
        run.becomes("verify_host", "failed")
        airflow.happens()
    run.ends("failed", "verify_host failed", verify_host="failed", **NEVER_BEGUN)


@guarantee(
    "the API server refuses connections for a minute, then hangs for one, while a stage runs on the worker",
    "the stage goes on: green; small",
    by="worker and supervisor ask again: `max_failed_heartbeats`, `jwt_leeway`, "
    "`task_instance_heartbeat_timeout`",
    within="the outage",
)
def test_api_server_away_from_the_worker(airflow: Running) -> None:
    assert a_stage_outlives_outages(airflow) == INSTANCE_ID


@guarantee(
    "the same while a stage runs with Airflow, without a worker (LocalExecutor alone)",
    "the stage goes on: green; small",
    by="its supervisor asks again: `max_failed_heartbeats`, `task_instance_heartbeat_timeout`",
    within="the outage",
)
def test_api_server_away_without_a_worker(airflow: Running) -> None:
    airflow.patches("tier1_tasks.host.placement", WITH_AIRFLOW)
    assert a_stage_outlives_outages(airflow) != INSTANCE_ID


@guarantee(
    "somebody forges an administrator's token with the worker's secret",
    "refused (403); as a worker he is known",
    by="a private key that the worker does not have signs for users and tasks",
    within="at once",
)
def test_forged_tokens(airflow: Running) -> None:
    forger = Forger(airflow.ports.ui_url, airflow.machine.secret)
    assert forger.as_worker("/tier1/workers") == 200
    assert forger.as_admin("/api/v2/connections") in {401, 403}
    assert forger.as_admin("/api/v2/variables") in {401, 403}
    assert forger.as_task("/execution/variables/tier1_installation") in {401, 403}
    assert airflow.tier1.versions()  # as somebody who has logged in sees them
