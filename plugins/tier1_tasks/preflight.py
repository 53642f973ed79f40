"""Look at everything that could stop the run or the way back, before anything is touched."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowFailException

from ec2_instance.errors import AwsError
from include.settings import WhenToResize, settings
from tier1_tasks import defaults, looking
from tier1_tasks.database import conninfo, hosts
from tier1_tasks.failures import failures
from tier1_tasks.form import RunParams, problems_with_parameters
from tier1_tasks.host.placement import SLOTS, has_worker
from tier1_tasks.host.placement import hosts as hosts_of_stages
from tier1_tasks.leasing import LEASE
from tier1_tasks.names import DATABASE
from tier1_tasks.planned import (
    CHECKS_KEY,
    ESTIMATE_KEY,
    EXPECTED_KEY,
    IDENTITY_KEY,
    RESIZE_KEY,
    Proposal,
    identity_of,
)
from tier1_tasks.worth import check_worth, proposal_with, propose_anew, worth_resizing

if TYPE_CHECKING:
    from ec2_resize.preflight.check import Check
    from include.pipeline.plan import Plan
    from include.report.worth import Worth

log = logging.getLogger("tier1")

S = settings()
UNTOUCHED = "This run has touched nothing."
SWITCH_HELP = "See deploy/README.md: TIER1_DEAD_MAN_DOCUMENT, TIER1_ALERT_TOPIC_ARN."


@task(execution_timeout=timedelta(minutes=15), **defaults.ONCE_MORE)
def preflight(params: dict[str, Any], ti: Any) -> list[dict[str, str]]:
    """Check the instance, the way up and back, prices and database; settle the shards. Change nothing."""
    from ec2_resize.preflight.check import tell
    from include.code import Code
    from include.pipeline.plan import make_plan
    from tier1_tasks.host import configuration

    if problems := problems_with_parameters(params):
        raise AirflowFailException(f"{UNTOUCHED} {' | '.join(problems)}")
    run, identity = RunParams.of(params), identity_of(ti)
    plan = make_plan(conninfo(DATABASE), S, run.start_month, run.end_month, is_checked=True)
    worth = worth_resizing(run, plan, ti.run_id)
    proposal = propose(run, worth, identity)
    checks = [*check_instance(run, identity, proposal), check_other_runs(ti)]
    checks += [*configuration.on_control_plane(), *check_prices(plan)]
    checks += [*check_database(run, plan), *check_watch(plan), check_resize(proposal)]
    checks += check_worth(run, worth)
    tell(log, "Preflight", checks)
    ti.xcom_push(key=CHECKS_KEY, value=[asdict(check) for check in checks])  # before it may fail
    failed = failures(checks)
    if failed or plan.months is None:
        raise AirflowFailException(f"{UNTOUCHED} {' | '.join(failed)}")
    ti.xcom_push(key=IDENTITY_KEY, value=identity.owner)
    ti.xcom_push(key=RESIZE_KEY, value=asdict(proposal))
    ti.xcom_push(key=ESTIMATE_KEY, value=asdict(worth) if worth else None)
    ti.xcom_push(key=EXPECTED_KEY, value=asdict(Code.here()))
    shards = plan.months.split(run.shards)
    log.info("Each stage is shared out to %d: %s", len(shards), ", ".join(map(str, shards)))
    return [{"first": str(shard.first), "last": str(shard.last)} for shard in shards]


def propose(run: RunParams, worth: Worth | None, identity: Any) -> Proposal:
    """Propose whether to make the instance big; what an earlier try has made big stays so until the end."""
    if run.resize is WhenToResize.IF_NEEDED and has_worker() and is_leased_by_us(run, identity):
        return proposal_with(
            worth, proposed=True, why=f"an earlier try of this run has leased {run.instance_id}"
        )
    return propose_anew(run, worth)


def is_leased_by_us(run: RunParams, identity: Any) -> bool:
    """Tell whether an earlier try has leased the instance; where AWS does not tell, the table says why."""
    try:
        return looking.is_leased_by(identity, run.instance_id, brief=True)
    except AwsError:
        return False


def check_resize(proposal: Proposal) -> Check:
    """Tell what is proposed."""
    from ec2_resize.preflight.check import Check

    return Check("resize", "ok", f"{'proposed' if proposal.proposed else 'not proposed'}, as {proposal.why}")


def check_instance(run: RunParams, identity: Any, proposal: Proposal) -> list[Check]:
    """Check the instance, and the way up and back (`ec2_resize.preflight`), as far as they may be needed.

    Without a resize, and where the stages run with Airflow, no instance is: AWS is asked for nothing.
    """
    from ec2_resize.preflight.preflight import preflight as check

    may_be_chosen = run.require_approval and run.resize is not WhenToResize.NEVER
    resizes = proposal.proposed or may_be_chosen
    if not resizes and not has_worker():
        return []
    return check(
        looking.aws(),
        run.instance_id,
        run.small_types,
        run.work_types,
        identity,
        LEASE,
        resizes=resizes,
        services=[("the feature database", hosts(DATABASE))],
        longest=S.stage_timeout_hours,
        alert_topic_arn=S.alert_topic_arn,
        switch_help=SWITCH_HELP,
    )


def check_other_runs(ti: Any) -> Check:
    """Tell whether this is the only run. Where one never ends, `max_active_runs` lets no later one begin.

    This one runs all the same: it was cleared, or `airflow dags test` runs it, or it was there first.
    """
    from ec2_resize.preflight.check import Check

    others = ti.get_dr_count(dag_id=ti.dag_id, states=["running"]) - 1
    if others < 1:
        return Check("other runs", "ok", "none")
    what_to_do = "Where none of its tasks works any more, mark it failed: later runs stay queued until then."
    return Check("other runs", "warning", f"{others} running", what_to_do)


def check_prices(plan: Plan) -> Iterator[Check]:
    """Tell whether there are prices for the months, whether they can be computed with, and can be true."""
    from ec2_resize.preflight.check import Check
    from include.doubts.deviations import as_text
    from include.pipeline.check import check_prices as look

    looked = look(conninfo(DATABASE), S, plan)
    if looked.deviations:
        log.info("::group::how far each pair is off from its cross rates")  # folded, as what is ok
        log.info(as_text(looked.deviations))
        log.info("::endgroup::")
    yield from (Check(line.name, line.result, line.found, line.what_to_do) for line in looked.lines)


def check_database(run: RunParams, plan: Plan) -> Iterator[Check]:
    """Tell whether the run may write what it is going to write, and over as many connections as it needs."""
    from ec2_resize.preflight.check import Check
    from include.pipeline.rehearsal import connections_needed, problems_with_connections
    from include.store.rehearsal import problems_with_writing

    if plan.months is None:
        return
    url = conninfo(DATABASE)
    problems = problems_with_writing(url, S, plan.months)
    yield from (Check("writing", "failed", problem) for problem in problems)
    if not problems:
        yield Check("writing", "ok", "all that the run writes was written, and taken back")
    needed = connections_needed(plan.months, run.months_at_once, run.shards, SLOTS * hosts_of_stages())
    problems = problems_with_connections(url, needed)
    yield from (Check("connections", "failed", problem) for problem in problems)
    if not problems:
        yield Check("connections", "ok", f"{needed} or more can be had at the same time")


def check_watch(plan: Plan) -> Iterator[Check]:
    """Tell how a run knows which prices have changed, and what it costs. It stops no run."""
    from ec2_resize.preflight.check import Check
    from include.store.connection import DATABASE_ERRORS
    from include.store.prices.consent import watch_status

    if plan.months is None:
        return
    try:
        watch, _ = watch_status(conninfo(DATABASE), S)
    except DATABASE_ERRORS as error:
        yield Check("price watch", "warning", f"not known: {error}", "See the line writing.")
    else:
        yield Check("price watch", "ok", watch.found, watch.what_to_do)
