"""The guard looks every ten minutes"""

import os
import signal
from contextlib import ExitStack, closing

import psycopg
import pytest

from tests.airflow.guarantees import guarantee
from tests.airflow.project import WITH_AIRFLOW
from tests.airflow.run import Run
from tests.airflow.running import Running
from tests.airflow.waiting import eventually
from tests.ec2.simulator import BASE, TAGS, WORK

pytestmark = pytest.mark.slow
LEASE_TIME = "`TIER1_LEASE_MINUTES` (150) + 10 min"


def ours(airflow: Running) -> dict[str, str]:
    """The tags of a lease of this Airflow."""
    return {TAGS.dag: "tier1", TAGS.owner: airflow.identity, TAGS.base_type: BASE}


def ended_run(airflow: Running, mails: int = 1) -> Run:
    """A run that has ended without having touched the instance, and what people were told about it."""
    run = airflow.start(work_type="t3.nonexistent")
    assert run.finishes() == "failed"
    assert airflow.aws.mails() == [f"TIER 1: run {run.run_id} has failed"] * mails
    return run


@guarantee(
    "the guard looks while `upsize` waits for AWS, and the run's lease has expired",
    "the instance is left to the run; green; small",
    by="a task of the run is alive",
    within="at once",
)
def test_a_live_run_is_left_alone_even_when_its_lease_has_expired(airflow: Running) -> None:
    airflow.aws.every_transition_takes(8)
    run = airflow.start()
    run.becomes("upsize", "deferred")
    eventually(lambda: airflow.aws.tags().get(TAGS.run) == run.run_id)
    assert airflow.aws.schedules() == [f"tier1-{airflow.aws.describe()['InstanceId']}"]
    airflow.aws.expire_lease()
    airflow.guard_finds_nothing()
    airflow.aws.every_transition_takes(0.3)
    airflow.happens()
    run.ends("success")
    assert airflow.aws.mails() == []


@guarantee(
    "the lease names a run that this Airflow does not know",
    "it is left alone until that lease has expired; then small",
    by="`tier1_guard`; it may be a run that is being restored",
    within=LEASE_TIME,
)
def test_a_run_that_is_not_known_is_believed_until_its_lease_has_expired(airflow: Running) -> None:
    airflow.aws.resize_by_hand(WORK)
    airflow.aws.lease_to("deleted", minutes=60, **ours(airflow))
    airflow.guard_finds_nothing()
    assert airflow.aws.outcome() == (WORK, "running")
    airflow.aws.expire_lease()
    airflow.happens()
    airflow.guard_makes_it_small()


@guarantee(
    "another Airflow holds the instance, with a run of the same name as one of ours that has ended",
    "it is left alone until that lease has expired; then small",
    by="the lease names its Airflow by an identity that is random",
    within="that Airflow's `TIER1_LEASE_MINUTES` + 10 min",
)
def test_another_airflow_is_believed_until_its_lease_has_expired(airflow: Running) -> None:
    ended = ended_run(airflow)
    airflow.aws.resize_by_hand(WORK)
    airflow.aws.lease_to(ended.run_id, minutes=60, **ours(airflow) | {TAGS.owner: "another"})
    airflow.guard_finds_nothing()
    assert airflow.aws.outcome() == (WORK, "running")
    airflow.aws.expire_lease()
    airflow.happens()
    airflow.guard_makes_it_small()


@guarantee(
    "`airflow dags test tier1` is killed (-9) in a stage: its task is shown as running for ever",
    "small",
    by="`tier1_guard`: a running task counts only as long as its lease is renewed",
    within=LEASE_TIME,
)
def test_a_task_that_only_seems_to_run(airflow: Running) -> None:
    airflow.patches("tier1_tasks.host.placement", WITH_AIRFLOW)  # such a run has no worker
    airflow.kill("scheduler")  # a scheduler that runs takes part in such a run
    with airflow.tried_out() as (process, run), airflow.held(run, "stage_2_3"):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    airflow.revive()
    assert run.states()["stage_2_3"] == "running"
    airflow.guard_finds_nothing()
    assert airflow.aws.outcome() == (WORK, "running")
    airflow.aws.expire_lease()
    airflow.happens()
    airflow.guard_makes_it_small()
    assert run.states()["stage_2_3"] == "running"


@guarantee(
    "the guard fails each time that it tries to make the instance small",
    "AWS does it when the lease expires: small",
    by="the guard puts off neither the lease's end nor the dead-man switch",
    within="`TIER1_LEASE_MINUTES` (150)",
)
def test_a_guard_that_keeps_failing_puts_nothing_off(airflow: Running) -> None:
    ended = ended_run(airflow)
    airflow.aws.resize_by_hand(WORK)
    airflow.aws.lease_to(ended.run_id, minutes=60, **ours(airflow))
    airflow.arm_switch(minutes=60)
    before = airflow.aws.fires_at(), airflow.aws.tags()[TAGS.expires]
    airflow.aws.fail("StopInstances", times=99, error="UnauthorizedOperation", status=403)
    for _ in range(2):
        run = airflow.start(airflow.guard)
        assert run.finishes() == "failed"
        assert run.states()["downsize[0]"] == "failed"
        assert airflow.aws.tags()[TAGS.run] == run.run_id
    assert (airflow.aws.fires_at(), airflow.aws.tags()[TAGS.expires]) == before
    airflow.aws.control("DELETE", "faults")
    airflow.happens()
    airflow.aws.expire_lease()
    assert airflow.aws.dead_man_switch_fires(airflow.home.path) == "Success"
    airflow.instance_is(BASE, "running")


@guarantee(
    "a person cannot be told that a run is red, as SNS does not answer",
    "he is told later",
    by="the page is kept; `tier1_guard` sends it",
    within="10 min after SNS is back",
)
def test_a_page_that_cannot_be_sent(airflow: Running) -> None:
    airflow.aws.fail("Publish", times=99, error="ExpiredToken", status=403)
    run = ended_run(airflow, mails=0)
    failing = airflow.start(airflow.guard)
    assert failing.finishes() == "failed"
    assert failing.states()["send_pages"] == "failed"
    airflow.aws.control("DELETE", "faults")
    assert airflow.start(airflow.guard).finishes() == "success"
    assert airflow.aws.mails() == [f"TIER 1: run {run.run_id} has failed"]
    airflow.guard_finds_nothing()


@guarantee(
    "the processes of `verdict` are killed (-9)",
    "small; red; a person is told what the instance is",
    by="Airflow misses its heartbeats; the mail needs nothing of what has failed",
    within="`task_instance_heartbeat_timeout` (Airflow's, 5 min by default)",
)
def test_verdict_killed(airflow: Running) -> None:
    airflow.patches("tier1_tasks.defaults", "VERDICT['retries'] = 0")
    run = airflow.start()
    run.becomes("publish", "success", seconds=150)
    with closing(psycopg.connect(airflow.features)) as conn:
        conn.execute("lock table tier1.run_report in access exclusive mode")
        run.becomes("verdict", "running")
        eventually(lambda: "Report" in run.log("verdict"))
        process = run.process("verdict")
        process.parent().kill()
        process.kill()
        airflow.happens()
        run.becomes("verdict", "failed", seconds=200)
    eventually(
        lambda: (letters := airflow.aws.letters()) and f"is running as {BASE}" in letters[0]["Message"]
    )
    assert run.finishes() == "failed"
    airflow.instance_is(BASE, "running")


@guarantee(
    "other DAGs have more tasks in the queue of the default pool than it has slots",
    "the run and its teardowns come first: green; small",
    by="their absolute priority",
    within="the next slot that is free",
)
def test_a_crowded_pool(airflow: Running) -> None:
    with ExitStack() as until_the_end:
        with airflow.at_a_stage() as run:
            crowd = until_the_end.enter_context(airflow.crowd(60))
            eventually(lambda: "running" in crowd.states().values())
            airflow.happens()
        run.ends("success")
        assert {None, "scheduled", "queued"} & set(crowd.states().values()), crowd.states()


@guarantee(
    "somebody has made the instance big by hand",
    "it is left alone",
    by="it has no lease",
    within="",
)
def test_without_a_lease_it_is_a_persons_own_affair(airflow: Running) -> None:
    airflow.aws.resize_by_hand(WORK)
    airflow.guard_finds_nothing()
    assert airflow.aws.outcome() == (WORK, "running")
