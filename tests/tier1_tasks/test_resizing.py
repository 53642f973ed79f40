"""A run that was decided not to resize touches no instance, but what an earlier try of it has left."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowSkipException, TaskDeferred

from tests.ec2.simulator import BASE, HERE, TAGS, WORK, Simulator
from tests.tier1_tasks.left import RUN_ID, proposed, task_instance
from tests.tier1_tasks.test_templates import dag_of

NEVER: dict[str, Any] = {"resize": "never"}
AS_IT_IS: dict[str, Any] = {"resize": "if_needed"}
GONE = {"error": "RequestLimitExceeded", "status": 503, "times": 99}


def lease(aws: Simulator, instance_id: str, run_id: str) -> None:
    expires = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")
    tags = {TAGS.run: run_id, TAGS.dag: "tier1", TAGS.owner: HERE, TAGS.expires: expires}
    aws.ec2.create_tags(Resources=[instance_id], Tags=[{"Key": key, "Value": tags[key]} for key in tags])
    aws.control("DELETE", "calls")


def begin(task_id: str, instance_id: str, try_number: int = 1, **params: Any) -> Any:
    """Begin a resize of a run that was decided to do without."""
    ti = task_instance(proposed(proposed=False, why="no need"), try_number, instance_id=instance_id, **params)
    dag = dag_of("tier1")
    task = dag.get_task(task_id).prepare_for_execution()
    context: Any = {**ti.get_template_context(), "ti": ti, "run_id": RUN_ID, "dag": dag, "task": task}
    task.render_template_fields(context)
    return task.execute(context)


@pytest.mark.parametrize("params", [NEVER, AS_IT_IS])
@pytest.mark.parametrize(("state", "kind"), [("running", BASE), ("running", WORK), ("stopped", BASE)])
def test_nothing_is_touched(aws: Simulator, params: dict[str, Any], state: str, kind: str) -> None:
    it = aws.instance(state, kind)
    before = aws.describe(it)
    aws.control("DELETE", "calls")
    assert begin("upsize", it, **params) is None
    with pytest.raises(AirflowSkipException, match=rf"No resize: .* This run does not touch {it}"):
        begin("downsize", it, **params)
    assert {call["action"] for call in aws.calls()} == {"DescribeInstances"}
    assert aws.describe(it) == before


def test_the_first_try_of_upsize_asks_aws_for_nothing(aws: Simulator) -> None:
    aws.control("DELETE", "calls")
    begin("upsize", "i-0")
    assert aws.calls() == []


@pytest.mark.parametrize("params", [NEVER, AS_IT_IS])
@pytest.mark.parametrize("task_id", ["upsize", "downsize"])
def test_what_an_earlier_try_has_made_big_becomes_small(
    aws: Simulator, params: dict[str, Any], task_id: str
) -> None:
    it = aws.instance("running", WORK)
    lease(aws, it, RUN_ID)
    with suppress(TaskDeferred):  # which a busy machine may be too slow for
        begin(task_id, it, try_number=2, **params)
    assert aws.writes(it)["StopInstances"] == 1


@pytest.mark.parametrize("task_id", ["upsize", "downsize"])
def test_what_another_run_has_leased_is_left_alone(aws: Simulator, task_id: str) -> None:
    it = aws.instance("running", WORK)
    lease(aws, it, "another")
    if task_id == "downsize":
        with pytest.raises(AirflowSkipException):
            begin(task_id, it, try_number=2)
    else:
        begin(task_id, it, try_number=2)
    assert aws.writes(it) == {}


def test_where_aws_does_not_tell_whether_it_was_left_big_the_way_back_is_tried_again(aws: Simulator) -> None:
    it = aws.instance("running", BASE)
    aws.fail("DescribeInstances", **GONE)
    with pytest.raises(AirflowException, match=f"Cannot read whether an earlier try has left {it} big") as e:
        begin("downsize", it)
    assert type(e.value) is AirflowException  # which is tried again


def test_a_run_that_never_resizes_does_without_aws(aws: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    aws.fail("DescribeInstances", **GONE)
    with pytest.raises(AirflowSkipException):
        begin("downsize", "i-0", **NEVER)
    assert "Cannot read whether an earlier try has left i-0 big" in caplog.text
