"""The guard looks every ten minutes"""

import pytest

from ec2_resize.holder import BASE_TYPE, OWNER, RUN
from tests.airflow.guarantees import guarantee
from tests.airflow.running import Running
from tests.airflow.waiting import eventually
from tests.ec2.simulator import BASE, WORK

pytestmark = pytest.mark.slow
TEN_MINUTES = "10 min"


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
    eventually(lambda: airflow.aws.tags().get(RUN) == run.run_id)
    assert airflow.aws.schedules() == [f"tier1-{airflow.aws.describe()['InstanceId']}"]
    airflow.aws.expire_lease()
    airflow.guard_finds_nothing()
    airflow.aws.every_transition_takes(0.3)
    airflow.happens()
    run.ends("success")
    assert airflow.aws.mails() == []


@guarantee(
    "a run is gone from Airflow, and its lease is alive",
    "small",
    by="`tier1_guard`: the lease names a run that does not exist",
    within=TEN_MINUTES,
)
def test_what_a_deleted_run_has_left_is_made_small_at_once(airflow: Running) -> None:
    airflow.aws.resize_by_hand(WORK)
    airflow.aws.lease_to("deleted", minutes=60, **{BASE_TYPE: BASE})
    airflow.happens()
    airflow.guard_makes_it_small()


@guarantee(
    "another Airflow holds the instance",
    "it is left alone until that lease has expired; then small",
    by="the lease names its Airflow",
    within="that Airflow's `TIER1_LEASE_MINUTES` + 10 min",
)
def test_another_airflow_is_believed_until_its_lease_has_expired(airflow: Running) -> None:
    airflow.aws.resize_by_hand(WORK)
    airflow.aws.lease_to("theirs", minutes=60, **{OWNER: "https://another.example"})
    airflow.guard_finds_nothing()
    assert airflow.aws.outcome() == (WORK, "running")
    airflow.aws.expire_lease()
    airflow.happens()
    airflow.guard_makes_it_small()


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
