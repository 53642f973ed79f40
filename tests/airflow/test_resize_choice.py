"""A run that does not resize: by its parameter, by somebody's answer, or as it would not pay"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from embedded.environment import INSTANCE_ID
from tests.airflow.guarantees import guarantee
from tests.airflow.project import WITH_AIRFLOW
from tests.airflow.run import Run
from tests.airflow.running import Running
from tests.airflow.waiting import eventually
from tests.ec2.simulator import BASE, TAGS, WORK
from tier1_tasks.planned import COMPUTE_AS_IT_IS, REJECT, RESIZE_AND_COMPUTE

pytestmark = pytest.mark.slow
UNTOUCHED = "AWS gets no call that changes anything, not a tag"
DECIDED = "`planned.choice_of` decides for all tasks"
AT_ONCE = "at once"
# a mail is sent all the same, and preflight sends an empty one, which is refused
HARMLESS = ("Describe", "Get", "List", "Publish")


def a_worker_at_rest(airflow: Running) -> None:
    """The small instance has its worker, too, which the other tests do without."""
    airflow.patches("embedded.machine.unit", "worker_command = _original")
    airflow.aws.ec2.stop_instances(InstanceIds=[INSTANCE_ID])
    eventually(lambda: airflow.aws.outcome()[1] == "stopped")
    airflow.aws.ec2.start_instances(InstanceIds=[INSTANCE_ID])
    eventually(lambda: airflow.aws.outcome() == (BASE, "running"))


@contextmanager
def untouched(airflow: Running) -> Iterator[None]:
    """Whatever happens in the block, the instance is afterwards what it was, and nothing was asked for."""

    def look() -> tuple[object, ...]:
        return *airflow.aws.outcome(), airflow.aws.describe()["LaunchTime"], airflow.aws.tags()

    airflow.aws.control("DELETE", "calls")
    before = look()
    yield
    asked = {call["action"] for call in airflow.aws.calls() if not call["dry_run"]}
    assert {action for action in asked if not action.startswith(HARMLESS)} == set()
    assert (look(), airflow.aws.schedules()) == (before, [])


def computes(airflow: Running, run: Run, **states: str) -> str:
    """Assert that a run is green without a resize, and has computed; returns the host."""
    run.ends("success", downsize="skipped", instance=airflow.aws.outcome(), **states)
    [(hosts, months)] = airflow.ask(
        "select array_agg(distinct host), count(*) from tier1.completion_marker where run_id = %s", run.run_id
    )
    assert months == 3
    [host] = hosts
    return host


@guarantee(
    "a run with `resize=never`",
    f"green; {UNTOUCHED}; the stages run on the instance as it is",
    by=f"{DECIDED}; `downsize` is skipped where the run has no lease",
    within=AT_ONCE,
)
def test_never(airflow: Running) -> None:
    a_worker_at_rest(airflow)
    with untouched(airflow):
        run = airflow.start(resize="never")
        assert computes(airflow, run) == INSTANCE_ID
    assert run.report()["no_resize"] == "the parameter resize is never"
    assert run.report()["cost"] is None
    assert f"This run does not touch {INSTANCE_ID}." in run.log("downsize")


@guarantee(
    "the same where the stages run with Airflow, the instance is stopped, and AWS does not answer",
    "green: nobody needs AWS; the report says that it did not answer; the instance stays stopped",
    by=f"{DECIDED}; `preflight` asks AWS for nothing then",
    within=AT_ONCE,
)
def test_never_without_aws(airflow: Running) -> None:
    airflow.patches("tier1_tasks.host.placement", WITH_AIRFLOW)
    airflow.aws.ec2.stop_instances(InstanceIds=[INSTANCE_ID])
    eventually(lambda: airflow.aws.outcome() == (BASE, "stopped"))
    airflow.watch.stop()  # it would not be answered either
    with untouched(airflow):
        airflow.aws.fail("DescribeInstances", times=9999, error="RequestLimitExceeded", status=503)
        run = airflow.start(resize="never")
        run.finishes()
        airflow.aws.control("DELETE", "faults")
        assert run.colour() == "success"
    assert (run.states()["downsize"], run.states()["verdict"]) == ("skipped", "success")
    [warning] = run.report()["warnings"]
    assert warning == f"{INSTANCE_ID} was not read, as AWS did not answer; this run has not touched it"


@guarantee(
    "the same while a person has left the instance big",
    "green: it is not the run's to make small; the report warns that nobody does",
    by=f"{DECIDED}; `verdict` looks",
    within=AT_ONCE,
)
def test_never_on_an_instance_that_somebody_has_left_big(airflow: Running) -> None:
    airflow.aws.resize_by_hand(WORK)
    with untouched(airflow):
        run = airflow.start(resize="never")
        assert computes(airflow, run) == INSTANCE_ID
    [warning] = run.report()["warnings"]
    assert f"{INSTANCE_ID} is running as {WORK}, which is big, and no run has leased it" in warning


@guarantee(
    "the same, marked failed while a stage runs",
    f"red; {UNTOUCHED}",
    by=f"{DECIDED}; `downsize` looks whether the run has a lease",
    within=AT_ONCE,
)
def test_marked_failed_without_a_resize(airflow: Running) -> None:
    a_worker_at_rest(airflow)
    with untouched(airflow):
        with airflow.at_a_stage(resize="never") as run:
            airflow.happens()
            run.mark("failed")
        run.ends("failed", "stage_2_3 failed", stage_2_3="failed", downsize="skipped")


@guarantee(
    "`resize=if_needed`, and the work takes no longer than `TIER1_WORTH_RESIZING_MINUTES`",
    f"green; {UNTOUCHED}; the stages run on the instance as it is",
    by=f"`preflight` estimates; {DECIDED}",
    within=AT_ONCE,
)
def test_if_needed_and_it_is_not(airflow: Running) -> None:
    a_worker_at_rest(airflow)
    with untouched(airflow):
        run = airflow.start(resize="if_needed")
        assert computes(airflow, run) == INSTANCE_ID
    assert f"no longer than 15 minutes on {INSTANCE_ID}" in run.report()["no_resize"]


@guarantee(
    "`resize=if_needed`, and the work takes longer than that",
    "green; big while the stages run, small again",
    by=f"`preflight` estimates; {DECIDED}",
    within=AT_ONCE,
)
def test_if_needed_and_it_is(airflow: Running) -> None:
    airflow.project.set(worth_resizing_minutes=0)
    run = airflow.start(resize="if_needed")
    run.ends("success")
    assert airflow.watch.during(*run.times("stage_2_3")) == {(WORK, "running")}
    assert run.report()["no_resize"] == ""


@guarantee(
    f"the approval is answered with *{COMPUTE_AS_IT_IS}*, where a resize was proposed",
    f"green; {UNTOUCHED}",
    by=f"the answer counts; {DECIDED}",
    within=AT_ONCE,
)
def test_somebody_chooses_to_compute_as_it_is(airflow: Running) -> None:
    a_worker_at_rest(airflow)
    with untouched(airflow):
        run = airflow.start(require_approval=True)
        run.decide(COMPUTE_AS_IT_IS)
        assert computes(airflow, run, approve="success") == INSTANCE_ID
    assert f"has chosen '{COMPUTE_AS_IT_IS}'" in run.report()["no_resize"]


@guarantee(
    f"the approval is answered with *{RESIZE_AND_COMPUTE}*, where none was proposed",
    "green; big while the stages run, small again",
    by=f"the answer counts; {DECIDED}",
    within=AT_ONCE,
)
def test_somebody_chooses_to_resize(airflow: Running) -> None:
    run = airflow.start(resize="if_needed", require_approval=True)
    run.decide(RESIZE_AND_COMPUTE)
    run.ends("success", approve="success")
    assert airflow.watch.during(*run.times("stage_2_3")) == {(WORK, "running")}


@guarantee(
    "the approval is answered over the API in the moment in which it is asked",
    "green; nobody is asked again",
    by="Airflow fails that try: the next one takes the answer that is kept",
    within=AT_ONCE,
)
def test_somebody_answers_at_once(airflow: Running) -> None:
    a_worker_at_rest(airflow)
    with untouched(airflow):
        for _ in range(3):  # in four of five cases Airflow fails the try
            run = airflow.start(resize="never", require_approval=True, force=False)
            run.decide_at_once(COMPUTE_AS_IT_IS)
            run.ends("success", approve="success", downsize="skipped", instance=airflow.aws.outcome())


@guarantee(
    f"the approval is answered with *{REJECT}*, where no resize was proposed",
    f"red; {UNTOUCHED}",
    by="a rejection fails the run; `downsize` looks whether the run has a lease",
    within=AT_ONCE,
)
def test_somebody_rejects_a_run_without_a_resize(airflow: Running) -> None:
    with untouched(airflow):
        run = airflow.start(resize="if_needed", require_approval=True)
        run.decide(REJECT)
        run.ends("failed", "approve failed", approve="failed", upsize="upstream_failed", downsize="skipped")


@guarantee(
    "a run that has made the instance big is cleared in mid-stage, from `preflight` on, and is now answered "
    f"with *{COMPUTE_AS_IT_IS}*",
    "green; it makes small what it has made big, then computes on that",
    by="both resizes look whether the instance bears the run's lease",
    within=AT_ONCE,
)
def test_somebody_changes_his_mind_while_it_is_big(airflow: Running) -> None:
    airflow.patches("embedded.machine.unit", "worker_command = _original")
    run = airflow.start(require_approval=True)
    run.decide(RESIZE_AND_COMPUTE)
    with airflow.held(run, "stage_2_3"):
        assert airflow.aws.outcome() == (WORK, "running")
        run.clear("preflight", prevent_rerun=False)
        airflow.happens()
    assert airflow.aws.tags()[TAGS.run] == run.run_id
    run.decide(COMPUTE_AS_IT_IS)
    run.ends("success", approve="success", downsize="skipped")
    assert airflow.watch.during(*run.times("stage_2_3")) == {(BASE, "running")}
