"""Whether it pays to make the instance big: its work as it is and on the big type, and what growing costs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.settings import WhenToResize, settings
from tier1_tasks import looking
from tier1_tasks.database import conninfo, hosts
from tier1_tasks.form import RunParams
from tier1_tasks.host.placement import has_worker
from tier1_tasks.names import DATABASE
from tier1_tasks.planned import Proposal

if TYPE_CHECKING:
    from ec2_resize.preflight.check import Check
    from include.pipeline.estimate import Outlook
    from include.pipeline.plan import Plan
    from include.report.worth import Worth

log = logging.getLogger("tier1")
S = settings()
OTHER_TASKS_SECONDS = 60.0  # for which the instance stays big besides: verify_host, sensors, validation

PRICE_UNKNOWN = "a price that is not known"


@dataclass(frozen=True)
class Now:
    """The instance, and what it would be.

    Attributes:
        type: its type.
        state: its state.
        vcpus: its vCPUs, as its CPU options leave them.
        big_type: the type that the run makes it; its own where that is a work type already.
        big_vcpus: those of the big type.
        has_database: whether the feature database is on it, and grows with it.
    """

    type: str
    state: str
    vcpus: int
    big_type: str
    big_vcpus: int
    has_database: bool


def worth_resizing(run: RunParams, plan: Plan, run_id: str) -> Worth | None:
    """Estimate whether it pays to make the instance big for this run; None where nobody can tell.

    Args:
        run: the run's parameters.
        plan: its months; where they cannot be computed, there is nothing to estimate.
        run_id: the run; what it has computed already is not computed again.
    """
    from ec2_instance.errors import AwsError
    from include.pipeline.estimate import look_ahead
    from include.pipeline.job import Job
    from include.stages import STAGES
    from include.store.connection import DATABASE_ERRORS

    if plan.months is None or plan.problems:
        return None
    jobs = [Job(stage, plan.months, run_id, run.force) for stage in STAGES]
    try:
        now = look_at_host(run, lambda: looking.aws().connection_ec2)
        outlook = look_ahead(conninfo(DATABASE), S, jobs, run.instance_id)
    except (*AwsError, *DATABASE_ERRORS) as error:
        log.warning("It cannot be estimated whether growing pays: %s", error)
        return None
    return worth_of(run, now, outlook, on_the_instance=has_worker())


def look_at_host(run: RunParams, ec2: Callable[[], Any]) -> Now:
    """Look what the stages' host is, and what it would be.

    Args:
        run: the run's parameters.
        ec2: gives a client of EC2; not called where the stages run with Airflow.

    Raises:
        AwsError: AWS does not answer.
    """
    return look_now(ec2(), run, hosts(DATABASE)) if has_worker() else without_worker(run)


def look_now(ec2: Any, run: RunParams, database_hosts: Collection[str]) -> Now:
    """Look what the instance is, and what it would be.

    Raises:
        AwsError: AWS does not answer.
    """
    from ec2_instance.errors import answers
    from ec2_instance.reading import describe
    from ec2_instance.size import chosen_vcpus, size_of
    from ec2_resize.preflight.addresses import is_on

    with answers():
        found = describe(ec2, run.instance_id)
        present, state = found["InstanceType"], found["State"]["Name"]
    big_type = present if present in run.work_types else run.work_types[0]
    return Now(
        type=present,
        state=state,
        vcpus=chosen_vcpus(found) or size_of(ec2, present).vcpus,
        big_type=big_type,
        big_vcpus=size_of(ec2, big_type).vcpus,
        has_database=is_on(found, database_hosts),
    )


def without_worker(run: RunParams) -> Now:
    """Tell what the stages have on Airflow's host, whatever the instance is: AWS is not asked."""
    from include.pipeline.host import usable_vcpus

    vcpus = usable_vcpus()
    return Now(run.base_type, "running", vcpus, run.work_types[0], vcpus, has_database=True)


def worth_of(run: RunParams, now: Now, outlook: Outlook, *, on_the_instance: bool) -> Worth:
    """Judge what was found. A database elsewhere is taken to be as big as the instance is now."""
    from include.pipeline.estimate import seconds_of
    from include.pipeline.scaling import Machines
    from include.report.cost import cost_of
    from include.report.price_table import hourly_usd
    from include.report.worth import RESIZES, Worth

    elsewhere = None if now.has_database else now.vcpus
    as_it_is, big = (
        seconds_of(outlook, Machines(vcpus, elsewhere), run.months_at_once, run.shards)
        for vcpus in (now.vcpus, now.big_vcpus)
    )
    seconds_away = RESIZES * outlook.downtime_seconds
    cost = cost_of(seconds_away + big + OTHER_TASKS_SECONDS, now.big_type, now.type, hourly_usd(S.hourly_usd))
    is_big, is_up = now.type == now.big_type, now.state == "running"
    is_long = as_it_is > S.worth_resizing_minutes.total_seconds()
    return Worth(
        instance_id=run.instance_id,
        big_type=now.big_type,
        months=outlook.months,
        rows=outlook.rows,
        seconds_as_it_is=as_it_is,
        seconds_big=big,
        downtime_seconds=outlook.downtime_seconds,
        extra_usd=cost.extra_usd if cost and not is_big else None,
        # one that is big already has to be made small; one that is stopped cannot compute as it is
        worth_it=on_the_instance and (is_long or is_big or not is_up),
        is_measured=outlook.is_measured,
        on_the_instance=on_the_instance,
        is_big=is_big,
        is_up=is_up,
    )


def propose_anew(run: RunParams, worth: Worth | None) -> Proposal:
    """Propose whether a run that has touched nothing yet makes the instance big.

    Args:
        run: the run's parameters.
        worth: what the work takes either way; None where nobody can tell.
    """
    if run.resize is not WhenToResize.IF_NEEDED:
        always = run.resize is WhenToResize.ALWAYS
        return proposal_with(worth, proposed=always, why=f"the parameter resize is {run.resize.value}")
    if not has_worker():
        return proposal_with(
            worth, proposed=False, why=f"the stages run with Airflow, not on {run.instance_id}"
        )
    if worth is None:
        return Proposal(proposed=True, why="nobody can tell how long the work takes")
    return proposal_with(worth, proposed=worth.worth_it, why=why_worth_it(worth))


def proposal_with(worth: Worth | None, *, proposed: bool, why: str) -> Proposal:
    """Return the proposal with what either way takes and costs, where somebody could tell."""
    from include.report.worth import about, dollars

    if worth is None:
        return Proposal(proposed, why)
    roughly = "about" if worth.is_measured else "very roughly"
    away = worth.seconds_resized - worth.seconds_big
    price = PRICE_UNKNOWN if worth.extra_usd is None else f"{dollars(worth.extra_usd)} more"
    no_price = PRICE_UNKNOWN if worth.is_big else "no extra cost"
    big, small = (
        f"{roughly} {about(seconds)} for the stages" if worth.months else "nothing to compute"
        for seconds in (worth.seconds_big, worth.seconds_as_it_is)
    )
    return Proposal(
        proposed,
        why,
        str(worth),
        resized=f"{big}, {about(away)} for the resizes, {price}",
        as_it_is=f"{small}, {no_price}" if worth.is_up else f"start {worth.instance_id} first",
    )


def why_worth_it(worth: Worth) -> str:
    """Return what decides where the run resizes if it is needed."""
    if not worth.is_up:
        return f"{worth.instance_id} does not run, so that it cannot compute as it is"
    if worth.is_big:
        return f"{worth.instance_id} is big already, and has to become small again"
    takes = "takes longer" if worth.worth_it else "takes no longer"
    minutes = S.worth_resizing_minutes.total_seconds() / 60
    return f"the work {takes} than {minutes:g} minutes on {worth.instance_id} as it is"


def check_worth(run: RunParams, worth: Worth | None) -> Iterator[Check]:
    """Tell whether growing pays, and warn where the run is going to grow although it does not."""
    from ec2_resize.preflight.check import Check

    if worth is None:
        return  # the log says why
    what_to_do = ""
    if run.resize is WhenToResize.ALWAYS and not worth.on_the_instance:
        what_to_do = "Set TIER1_STAGE_QUEUE, or start the run with resize never: now the instance would idle."
    elif run.resize is WhenToResize.ALWAYS and worth.slower_in_all:
        what_to_do = "With resize if_needed the run computes on the instance as it is."
    yield Check("worth resizing", "warning" if what_to_do else "ok", str(worth), what_to_do)
