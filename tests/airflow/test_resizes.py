"""AWS refuses, loses answers, or a resize is interrupted"""

import time

import pytest

from tests.airflow.guarantees import guarantee
from tests.airflow.running import Running
from tests.airflow.waiting import eventually
from tests.ec2.simulator import BASE, WORK, WRITES

pytestmark = pytest.mark.slow
NEXT_WORK, EQUIVALENT = "c6i.8xlarge", "t3a.2xlarge"
UNSUPPORTED = {"times": 99, "error": "Unsupported", "status": 400}
NO_CAPACITY = {"error": "InsufficientInstanceCapacity", "message": "no capacity"}
REFUSALS = {
    "change not permitted": ("ModifyInstanceAttribute", {"error": "UnauthorizedOperation", "status": 403}),
    "no capacity": ("StartInstances", NO_CAPACITY),
    "quota": ("StartInstances", {"error": "VcpuLimitExceeded", "status": 400}),
    "host fails": ("StartInstances", {"falls_back": "Server.InternalError"}),
}
BACK = f"upsize ended running as {BASE}, since AWS refused"


@guarantee(
    "AWS refuses the big type: no permission, no capacity, quota, host fails",
    "red; `upsize` itself has brought the base type back",
    by="the ladder of types in `upsize`; `downsize` looks again",
    within="`TIER1_WORK_PATIENCE_MINUTES` and two transitions",
)
@pytest.mark.parametrize("refusal", REFUSALS)
def test_upsize_refused(airflow: Running, refusal: str) -> None:
    action, fault = REFUSALS[refusal]
    run = airflow.start()
    run.becomes("preflight", "success")
    airflow.happens()
    airflow.aws.fail(action, **{"type": WORK, "times": 99} | fault)
    run.ends("failed", "upsize failed", BACK, upsize="failed", stage_2_3="upstream_failed")


@guarantee(
    "AWS refuses the first big type and grants the second; then refuses the base type",
    "the work is done and published; red; small as an equivalent type; clearing `downsize` makes it the base "
    "type and the run green",
    by="the ladder of types; the verdict",
    within="`TIER1_BASE_PATIENCE_MINUTES`",
)
def test_another_big_type_serves_and_another_small_one_until_downsize_is_cleared(airflow: Running) -> None:
    airflow.aws.fail("StartInstances", type=WORK, **UNSUPPORTED)
    airflow.aws.fail("StartInstances", type=BASE, **UNSUPPORTED)
    run = airflow.start(work_type=[WORK, NEXT_WORK])
    run.ends(
        "failed",
        f"downsize ended running as {EQUIVALENT}",
        instance=(EQUIVALENT, "running"),
        upsize="success",
        publish="success",
        downsize="failed",
    )
    found = run.report()
    assert (found["upsize"]["type_after"], found["upsize"]["outcome"]) == (NEXT_WORK, "wanted")
    assert (found["downsize"]["type_after"], found["downsize"]["outcome"]) == (EQUIVALENT, "fallback")
    assert sorted(airflow.aws.mails()) == [
        f"TIER 1: {airflow.aws.describe()['InstanceId']} may not be small",
        f"TIER 1: run {run.run_id} has failed",
    ]
    airflow.aws.control("DELETE", "faults")
    airflow.happens()
    run.clear("downsize")

    run.ends("success")


@guarantee(
    "AWS has no capacity for the base type, and grants it later",
    "green; small",
    by="`downsize` insists on the base type",
    within="`TIER1_BASE_PATIENCE_MINUTES`",
)
def test_downsize_refused_then_granted(airflow: Running) -> None:
    run = airflow.start()
    run.becomes("upsize", "success")
    airflow.aws.fail("StartInstances", type=BASE, times=1, **NO_CAPACITY)
    run.becomes("downsize", "running", seconds=150)
    airflow.happens()
    run.ends("success")
    assert "asking again" in run.log("downsize")


@guarantee(
    "the answers to all calls that change the instance are lost, after they took effect",
    "green; small; each change is made once",
    by="the operator looks before it repeats",
    within="the next look",
)
def test_answers_are_lost(airflow: Running) -> None:
    calls = ["StopInstances", "ModifyInstanceAttribute", "StartInstances"]
    run = airflow.start()
    run.becomes("preflight", "success")
    for call in calls:
        airflow.aws.fail(call, times=1, lost_answer=True)
    run.becomes("upsize", "success")
    for call in calls:
        airflow.aws.fail(call, times=1, lost_answer=True)
    airflow.happens()
    run.ends("success")
    assert airflow.aws.writes() == calls * 2


@guarantee(
    "the process of `upsize`, then that of `downsize`, is killed (-9) between two steps",
    "green; small",
    by="both are tried again, and start from what they find",
    within="half a minute for the new try",
)
def test_resizes_killed(airflow: Running) -> None:
    run = airflow.start()
    for before, task in (("preflight", "upsize"), ("publish", "downsize")):
        run.becomes(before, "success", seconds=150)  # a dry run of preflight would meet the fault
        asked = airflow.aws.asked("ModifyInstanceAttribute")
        airflow.aws.fail("ModifyInstanceAttribute", times=1, latency=5)
        eventually(lambda asked=asked: airflow.aws.asked("ModifyInstanceAttribute") > asked)
        airflow.happens()
        run.kill(task)
    run.ends("success")
    assert (run.attempts("upsize"), run.attempts("downsize")) == (2, 2)


@guarantee(
    "`upsize` is killed (-9) between two steps, and its new tries, too",
    "red; small and running, though it was left stopped as the big type",
    by="teardown `downsize`; `preflight` is its second setup",
    within="at once after the last try",
)
def test_upsize_killed_for_good(airflow: Running) -> None:
    airflow.patches("tier1_tasks.defaults", "KEEP_TRYING['retries'] = 2")
    run = airflow.start()
    airflow.aws.fail("StartInstances", type=WORK, times=3, latency=20, error="InternalError")
    for attempt in (1, 2, 3):
        eventually(lambda attempt=attempt: airflow.aws.asked("StartInstances") == attempt)
        assert airflow.aws.outcome() == (WORK, "stopped")
        airflow.happens()
        run.kill("upsize")
    run.ends("failed", "upsize failed", upsize="failed", stage_2_3="upstream_failed")


@guarantee(
    "the API server is away for more than a minute while `downsize` resumes",
    "green; small",
    by="a resize is tried again for half an hour, later and later",
    within="5 min after it is back",
)
def test_api_server_away_while_downsize_resumes(airflow: Running) -> None:
    run = airflow.start()
    run.becomes("publish", "success", seconds=150)
    airflow.aws.every_transition_takes(4)
    run.becomes("downsize", "deferred")
    airflow.kill("api-server")
    time.sleep(75)
    airflow.happens()
    airflow.revive()
    run.ends("success")


@guarantee(
    "there are no valid credentials for a while when `downsize` begins",
    "green; small; no type counts as refused",
    by="they are waited for as throttling is",
    within="the next look",
)
def test_credentials_away(airflow: Running) -> None:
    airflow.patches("tier1_tasks.defaults", "KEEP_TRYING['retries'] = 0")
    run = airflow.start()
    run.becomes("publish", "success", seconds=150)
    for action in (*WRITES, "DescribeInstances", "DescribeInstanceStatus"):
        airflow.aws.fail(action, times=9999, error="ExpiredToken", status=400)
    run.becomes("downsize", "deferred")
    time.sleep(20)
    assert run.states()["downsize"] in {"deferred", "running", "scheduled", "queued"}
    airflow.happens()
    airflow.aws.control("DELETE", "faults")
    run.ends("success")


@guarantee(
    "`downsize` is marked failed, or success, by hand while it waits for AWS",
    "red; the report and the mail say what the instance is; small",
    by="`verdict` looks at the instance; `tier1_guard`: the run has ended",
    within="10 min",
)
@pytest.mark.parametrize("state", ["failed", "success"])
def test_downsize_marked(airflow: Running, state: str) -> None:
    run = airflow.start()
    run.becomes("publish", "success", seconds=150)
    airflow.aws.every_transition_takes(6)
    run.becomes("downsize", "deferred")
    eventually(lambda: airflow.aws.outcome()[1] == "stopping")
    airflow.happens()
    run.mark_task("downsize", state)
    assert run.finishes() == "failed"
    assert run.states()["verdict"] == "failed"
    now = f"{airflow.aws.describe()['InstanceId']} is stop"
    assert now in " | ".join(run.report()["problems"])
    [letter] = [it for it in airflow.aws.letters() if it["Subject"] == f"TIER 1: run {run.run_id} has failed"]
    assert now in letter["Message"]
    assert f"leased by run {run.run_id}" in letter["Message"]
    airflow.aws.every_transition_takes(0.3)
    eventually(lambda: airflow.aws.outcome()[1] == "stopped")
    airflow.guard_makes_it_small()
