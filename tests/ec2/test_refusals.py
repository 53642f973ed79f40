"""AWS refuses a type: then comes the next, then a small one, then *stopped as a small one* - never big."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from ec2_instance.lease import Lease
from tests.ec2.driver import TaskInstance, operator, run
from tests.ec2.simulator import BASE, HERE, TAGS, WORK, WRITES, Simulator, eventually

STOP, MODIFY, START = WRITES
NEXT_WORK, EQUIVALENT = "c6i.8xlarge", "t3a.2xlarge"
SMALL = [BASE, EQUIVALENT]

NO_CAPACITY = {"error": "InsufficientInstanceCapacity", "message": "No capacity.", "status": 500}
REFUSALS: list[dict[str, Any]] = [
    NO_CAPACITY,
    {"error": "VcpuLimitExceeded", "message": "You have requested more vCPU capacity.", "status": 400},
    {"error": "InstanceLimitExceeded", "message": "You have requested more instances.", "status": 400},
    {"error": "Unsupported", "message": "Not supported in this zone.", "status": 400},
    {"error": "UnauthorizedOperation", "message": "You are not authorized.", "status": 403},
    {"error": "InternalError", "message": "An internal error has occurred", "status": 500},
    {"falls_back": "Server.InternalError"},
    {"falls_back": "Client.InternalError"},
    {"falls_back": "Server.InsufficientInstanceCapacity"},
    {"impaired": True},
]
NAMES = [refusal.get("error") or refusal.get("falls_back") or "impaired" for refusal in REFUSALS]


def up(it: str, *, types: str = WORK, **arguments: Any) -> Any:
    quick = {"impaired_patience": 0.05, "patience": 0.1, "fallback_patience": 0.1}
    return operator(it, types, fallback_types=SMALL, **(quick | arguments))


def down(it: str, **arguments: Any) -> Any:
    return up(it, types=BASE, **arguments)


@pytest.mark.parametrize("refusal", REFUSALS, ids=NAMES)
def test_the_base_type_comes_back_where_all_are_refused(aws: Simulator, refusal: dict[str, Any]) -> None:
    it = aws.instance()
    for big in (WORK, NEXT_WORK):
        aws.fail(START, times=99, type=big, **refusal)
    ti = TaskInstance()
    with pytest.raises(
        AirflowFailException, match=f"AWS refused.*{it} is running as {BASE}, status checks ok"
    ):
        run(up(it, types=f"{WORK},{NEXT_WORK}"), ti=ti)
    assert aws.outcome(it) == (BASE, "running")
    assert aws.checks(it) == "ok"
    assert ti.xcom["return_value"]["outcome"] == "fallback"
    assert [WORK in ti.xcom["return_value"]["refused"][0], len(ti.xcom["return_value"]["refused"])] == [
        True,
        2,
    ]


@pytest.mark.parametrize("refusal", REFUSALS[:-1], ids=NAMES[:-1])
def test_on_the_way_back_an_equivalent_serves(aws: Simulator, refusal: dict[str, Any]) -> None:
    it = aws.instance("running", WORK)
    aws.fail(START, times=99, type=BASE, **refusal)
    ti = TaskInstance()
    with pytest.raises(AirflowFailException, match=f"AWS refused {BASE}.*running as {EQUIVALENT}"):
        run(down(it), ti=ti)
    assert aws.outcome(it) == (EQUIVALENT, "running")
    assert ti.xcom["return_value"]["outcome"] == "fallback"


@pytest.mark.parametrize("refusal", REFUSALS[:-1], ids=NAMES[:-1])
@pytest.mark.parametrize("direction", [up, down])
def test_where_everything_is_refused_it_rests_stopped_and_small(
    aws: Simulator, direction: Any, refusal: dict[str, Any]
) -> None:
    it = aws.instance("running", BASE if direction is up else WORK)
    aws.fail(START, times=999, **refusal)
    ti = TaskInstance()
    with pytest.raises(AirflowFailException, match=f"{it} is stopped as {BASE}"):
        run(direction(it), ti=ti)
    assert aws.outcome(it) == (BASE, "stopped")
    assert ti.xcom["return_value"]["outcome"] == "stopped"
    aws.control("DELETE", "faults")
    run(down(it))  # as the guard does, or somebody who clears the task
    assert aws.outcome(it) == (BASE, "running")


def test_a_type_that_fits_no_such_instance_is_refused_at_the_change(aws: Simulator) -> None:
    it = aws.instance()
    result = run(up(it, types=f"t4g.2xlarge,c7i.9xlarge,{WORK}"))
    assert aws.outcome(it) == (WORK, "running")
    assert len(result["refused"]) == 2
    assert aws.writes(it) == {STOP: 1, MODIFY: 1, START: 1}


def test_capacity_that_comes_back_is_waited_for(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail(START, times=3, **NO_CAPACITY)
    result = run(up(it, types=f"{WORK},{NEXT_WORK}", patience=30))
    assert aws.outcome(it) == (WORK, "running")
    assert result["refused"] == []
    assert aws.writes(it) == {STOP: 1, MODIFY: 1, START: 1}


@pytest.mark.parametrize(
    ("refused", "started", "outcome"),
    [
        ([BASE], EQUIVALENT, "fallback"),
        ([BASE], BASE, "wanted"),
        (SMALL, BASE, "wanted"),
        (SMALL, EQUIVALENT, "fallback"),
    ],
)
def test_a_small_type_that_somebody_else_has_started_meanwhile_serves(
    aws: Simulator, refused: list[str], started: str, outcome: str
) -> None:
    it, ti = aws.instance("running", WORK), TaskInstance()
    for small in refused:
        aws.fail(START, times=99, type=small, **NO_CAPACITY)

    def dead_man_switch() -> None:
        refusals = len(refused) + (refused == SMALL)
        eventually(lambda: [it["error"] for it in aws.calls()].count(NO_CAPACITY["error"]) >= refusals)
        aws.control("DELETE", "faults")
        if aws.describe(it)["InstanceType"] != started:
            aws.ec2.modify_instance_attribute(InstanceId=it, InstanceType={"Value": started})
        aws.ec2.start_instances(InstanceIds=[it])

    patience = {"patience": 0.1, "fallback_patience": 30} if refused == SMALL else {"patience": 30}
    with ThreadPoolExecutor() as others:
        done = others.submit(dead_man_switch)
        try:
            result = run(down(it, first_pause=1, **patience), ti=ti)
        except AirflowFailException:
            result = ti.xcom["return_value"]
        done.result()
    assert aws.outcome(it) == (started, "running")
    assert aws.writes(it)[STOP] == 1
    assert result["outcome"] == outcome
    assert len(result["refused"]) <= len(refused)


def test_patience_ends_with_the_lease(aws: Simulator) -> None:
    it = aws.instance("running", WORK)
    expires = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    tags = {TAGS.run: "run", TAGS.dag: "tier1", TAGS.owner: HERE, TAGS.expires: expires}
    aws.ec2.create_tags(Resources=[it], Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
    aws.fail(START, times=999, type=BASE, **NO_CAPACITY)
    with pytest.raises(AirflowFailException, match=f"running as {EQUIVALENT}"):
        run(down(it, patience=9999, first_pause=0.1, lease=Lease(TAGS, timedelta(hours=1))))
    assert aws.outcome(it) == (EQUIVALENT, "running")


def test_what_is_refused_for_good_is_not_asked_again(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail(START, times=99, type=WORK, error="Unsupported", status=400)
    run(up(it, types=f"{WORK},{NEXT_WORK}", patience=9999))
    asked = [call for call in aws.control("GET", "calls") if call["error"] == "Unsupported"]
    assert len(asked) == 1


def test_the_pauses_grow(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail(START, times=99, type=WORK, **NO_CAPACITY)
    run(up(it, types=f"{WORK},{NEXT_WORK}", patience=2, first_pause=0.2))
    asked = [call["at"] for call in aws.control("GET", "calls") if call["error"] == NO_CAPACITY["error"]]
    pauses = [later - earlier for earlier, later in itertools.pairwise(asked)]
    assert len(pauses) == 4  # 0.2 + 0.4 + 0.8 s, and the 0.6 s that are left of the patience
    assert pauses[1] > 1.5 * pauses[0]
    assert pauses[2] > 1.5 * pauses[1]


def test_status_checks_that_recover_are_waited_for(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail(START, impaired=0.3)
    run(up(it, impaired_patience=20))
    assert aws.outcome(it) == (WORK, "running")
    assert aws.writes(it) == {STOP: 1, MODIFY: 1, START: 1}


def test_an_impaired_instance_is_moved_to_other_hardware(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail(START, impaired=True)
    run(up(it))
    assert aws.outcome(it) == (WORK, "running")
    assert aws.checks(it) == "ok"
    assert aws.writes(it) == {STOP: 2, MODIFY: 1, START: 2}


def test_a_small_instance_that_stays_impaired_is_left_running(aws: Simulator) -> None:
    it = aws.instance("running", WORK)
    aws.fail(START, times=99, impaired=True)
    with pytest.raises(AirflowFailException, match=f"running as {BASE}.*also on other hardware.*system log"):
        run(down(it))
    assert aws.outcome(it) == (BASE, "running")


def test_checks_that_never_come_refuse_a_big_type_and_leave_a_small_one(aws: Simulator) -> None:
    it = aws.instance()
    aws.control("POST", "timing", {"transition": 0.03, "status_checks": 9999})
    with pytest.raises(AirflowException, match=f"{it} is running as {BASE}.*did not get ready within 1 s"):
        run(up(it, timeout=1))
    assert aws.outcome(it) == (BASE, "running")


def test_a_stop_that_is_refused_has_changed_nothing(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail(STOP, error="OperationNotPermitted", message="May not be stopped.", status=400)
    with pytest.raises(AirflowException, match=f"OperationNotPermitted.*{it} is running as {BASE}"):
        run(up(it))
    assert aws.outcome(it) == (BASE, "running")
    assert aws.writes(it) == {}


@pytest.mark.parametrize("state", ["running", "pending"])
def test_an_instance_that_is_up_on_another_wanted_type_is_right(aws: Simulator, state: str) -> None:
    it = aws.instance(state, NEXT_WORK)
    aws.control("DELETE", "calls")
    result = run(up(it, types=f"{WORK},{NEXT_WORK}"))
    assert aws.outcome(it) == (NEXT_WORK, "running")
    assert aws.writes(it) == {}
    assert result["outcome"] == "wanted"


def test_from_an_equivalent_it_goes_back_to_the_base_type(aws: Simulator) -> None:
    it = aws.instance("running", EQUIVALENT)
    run(down(it))
    assert aws.outcome(it) == (BASE, "running")
