"""
# TIER 1

384 features of 28 currency pairs, in three stages, on one EC2 instance that is big only while it works.

| task | what it does |
| --- | --- |
| `preflight` | reads only: can the instance grow **and shrink again**, are the prices usable? |
| `approve` | a person confirms, here in the UI (parameter `require_approval`) |
| `upsize` | makes the instance `work_type`; `verify_host` looks that it is, and that the database answers |
| `stage_2_3`, `stage_2_4`, `stage_2_16b` | indices, arbitrage and blocs, month by month |
| `..._complete` | waits for the stage's completion markers |
| `validate`, `evaluate`, `publish` | what follows from the definitions; distributions; tell consumers |
| `downsize` | **always**: makes the instance `base_type`; where AWS has none, one of its size, else stopped |
| `verdict` | **always**: writes the report, looks at the real instance, and is red unless all is well |

**A stage failed?** Read its log, mend the cause, then *Clear* the stage and leave *Downstream* ticked: the
instance grows again, months that are finished are skipped, the instance shrinks again. Do not choose
*Clear only failed tasks*: it leaves out the resize, and what it runs refuses to work without.
"""  # noqa: D212, D415 - Markdown: Airflow shows it as the DAG's documentation

# TaskFlow fills in the context's arguments, and `a >> b` is a statement
# pyright: reportCallIssue=false, reportUnusedExpression=false

import itertools
import logging
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Asset, Metadata, Param, TriggerRule, chain, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from ec2_instance.alert import page
from ec2_instance.dead_man import DeadManSwitch
from ec2_instance.holder import RunIdentity, Tags
from ec2_instance.installation import installation
from ec2_instance.lease import Lease
from ec2_resize.ladder import as_types
from ec2_resize.operator import EC2ResizeInstanceOperator
from include.settings import settings
from include.stages import SPEC_VERSION
from include.store.checks.claims import MONTHS, claims
from tier1_tasks.database import conninfo, hosts
from tier1_tasks.markers.sensor import StageMarkerSensor
from tier1_tasks.validation import FeatureCheckOperator

log = logging.getLogger("tier1")

S = settings()
AWS, DATABASE = "aws_default", "tier1_postgres"
# one type, or several as a list or with commas
WORK_TYPE = "{{ params.work_type if params.work_type is string else params.work_type | join(',') }}"
FEATURES = Asset("tier1_features")  # a URI would have Airflow import the handlers of all providers, boto3 too
MONTH = {"type": ["null", "string"], "pattern": r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$"}
FINISHED = {"success", "failed", "skipped", "upstream_failed", "removed"}
STAGE_TASKS = {
    "stage_2_3": "currency_indices",
    "stage_2_4": "triangular_arbitrage",
    "stage_2_16b": "currency_blocs",
}

PARAMS = {
    "start_month": Param(
        None, title="First month", description="YYYY-MM; empty = the first loaded one.", **MONTH
    ),
    "end_month": Param(
        None, title="Last month", description="YYYY-MM, included; empty = the last one that is over.", **MONTH
    ),
    "require_approval": Param(S.require_approval, type="boolean", title="Ask before the instance grows"),
    "force": Param(default=False, type="boolean", title="Compute also what is still valid"),
    "evaluate": Param(S.evaluate, type="boolean", title="Profile the features"),
    "shards": Param(
        S.shards, type="integer", minimum=1, maximum=64, title="Months computed at the same time"
    ),
    "instance_id": Param(S.instance_id, type="string", pattern="^i-[0-9a-f]+$", section="Instance"),
    "base_type": Param(S.base_type, type="string", section="Instance", title="Type outside of a run"),
    "work_type": Param(
        S.work_type,
        type=["string", "array"],
        section="Instance",
        title="Type for the work",
        description="Several with commas, best first: the next one is taken where AWS refuses one.",
    ),
}
GUARD, UNSENT = "tier1_guard", "tier1_unsent_page_"
LEASE = Lease(
    Tags("tier1"),
    timedelta(minutes=S.lease_minutes),
    DeadManSwitch(S.dead_man_scheduler_role_arn, S.dead_man_automation_role_arn, S.dead_man_document, "tier1")
    if S.dead_man_document
    else None,
    guard=GUARD,
)
INSTALLATION = "tier1_installation"


# Tried again for half an hour and more, as what a resize needs may be away for minutes: the API server, or
# whoever gives out credentials. It looks before each step, so that repeating it is safe.
KEEP_TRYING: dict[str, Any] = {
    "retries": 9,
    "retry_delay": timedelta(seconds=15),
    "retry_exponential_backoff": 3,
    "max_retry_delay": timedelta(minutes=5),
}
# Above all other DAGs: where slots are scarce, what ends the costs must not wait behind what does not.
FIRST: dict[str, Any] = {"priority_weight": 1_000_000, "weight_rule": "absolute"}


def resize(task_id: str, instance_type: str, patience_minutes: float, **kwargs: Any) -> Any:
    """One direction of the resize: the same converging operator with another target."""
    return EC2ResizeInstanceOperator(
        task_id=task_id,
        instance_id="{{ params.instance_id }}",
        instance_type=instance_type,
        fallback_types=["{{ params.base_type }}", *as_types(S.base_equivalents)],
        patience=patience_minutes * 60,
        fallback_patience=S.work_patience_minutes * 60,
        lease=LEASE,
        lease_owner="{{ ti.xcom_pull(task_ids='preflight', key='installation') or '' }}",
        installation_variable=INSTALLATION,
        aws_conn_id=AWS,
        poll_interval=S.ec2_poll_seconds,
        timeout=S.resize_timeout_minutes * 60,
        execution_timeout=timedelta(minutes=S.resize_timeout_minutes),
        **KEEP_TRYING,
        **kwargs,
    )


def stage(task_id: str, name: str) -> list[Any]:
    """A stage and the sensor on its markers."""

    @task(task_id=task_id, execution_timeout=timedelta(hours=S.stage_timeout_hours))
    def compute(params: dict[str, Any], run_id: str, ti: Any) -> dict[str, Any]:
        from include.pipeline.run_stage import Job, run_stage
        from include.store.connection import wait_for_database

        require_work_type(params)
        job = Job(name, planned_months(ti), run_id, params["force"])
        with lease_renewed(params, ti):
            # as verify_host does, which is not cleared together with a stage
            wait_for_database(conninfo(DATABASE), S.database_wait_minutes * 60)
            return asdict(
                run_stage(conninfo(DATABASE), job, S.model_copy(update={"shards": params["shards"]}))
            )

    complete = StageMarkerSensor(
        task_id=f"{task_id}_complete",
        stage=name,
        first_month="{{ ti.xcom_pull(task_ids='preflight')['first_month'] }}",
        last_month="{{ ti.xcom_pull(task_ids='preflight')['last_month'] }}",
        conn_id=DATABASE,
        poke_interval=S.ec2_poll_seconds,
        timeout=S.marker_timeout_minutes * 60,
    )
    return [compute(), complete]


def ec2_hook() -> Any:
    """The provider's hook, made to give a client."""
    from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

    return EC2Hook(aws_conn_id=AWS, api_type="client_type")


def look_at_instance(params: dict[str, Any]) -> Any:
    """What the instance is right now."""
    from ec2_instance.clients import Clients
    from ec2_instance.reading import read

    return read(Clients(ec2_hook()).patient_ec2, params["instance_id"])


def seen(context: Any) -> str:
    """The same in words, for a page."""
    from ec2_instance.clients import Clients
    from ec2_instance.reading import read

    found = read(Clients(ec2_hook()).brief_ec2, context["params"]["instance_id"])
    return f"{found}, {LEASE.holder(found) or 'not leased'}"


# the words of Airflow's dialog
CLEAR_AGAIN = (
    "Clear this task again with 'Downstream' ticked and 'Clear only failed tasks' not ticked: "
    "preflight and upsize then run before it, and downsize after it."
)


def require_work_type(params: dict[str, Any]) -> None:
    """Refuse to compute on the small instance: someone cleared the stage without its setups."""
    now, work_types = look_at_instance(params), as_types(params["work_type"])
    if now.type not in work_types or now.state != "running":
        raise AirflowFailException(
            f"{now}, but the stages need it running as {' or '.join(work_types)}. {CLEAR_AGAIN}"
        )


def require_downsize_to_come(context: Any) -> None:
    """Refuse to grow where nothing would shrink again: somebody cleared upsize without its teardown."""
    ti = context["ti"]
    states = ti.get_task_states(dag_id=ti.dag_id, task_ids=["downsize"], run_ids=[ti.run_id])
    state = states.get(ti.run_id, {}).get("downsize")
    if state in FINISHED:
        raise AirflowFailException(
            f"downsize has ended already ({state}) and would not run after this: not made big. {CLEAR_AGAIN}"
        )


def other_runs(ti: Any) -> Any:
    """Whether this is the only run. Where one never ends, `max_active_runs` lets no later one begin.

    This one runs all the same: it was cleared, or `airflow dags test` runs it, or it was there first.
    """
    from ec2_resize.preflight import Check

    others = ti.get_dr_count(dag_id=ti.dag_id, states=["running"]) - 1
    if others < 1:
        return Check("other runs", "ok", "none")
    what_to_do = "Where nothing of it is at work any more, mark it failed: later runs stay queued until then."
    return Check("other runs", "warning", f"{others} running", what_to_do)


def lease_renewed(params: dict[str, Any], ti: Any) -> Any:
    """Keep the instance leased for as long as the block takes."""
    from ec2_instance.renewal import renewing

    small = [params["base_type"], *as_types(S.base_equivalents)]
    return renewing(LEASE, ec2_hook(), params["instance_id"], this_run(ti), small)


def this_run(ti: Any) -> RunIdentity:
    """The run, as leases name it: by the identity of Airflow that its preflight has seen."""
    seen_first = ti.xcom_pull(task_ids="preflight", key="installation")
    return RunIdentity(ti.run_id, ti.dag_id, seen_first or installation(INSTALLATION))


def keep_leased(context: Any) -> None:
    """Renew the lease, where the run still has it, before a task that does not do so by itself."""
    from ec2_instance.clients import Clients
    from ec2_instance.errors import AwsError
    from ec2_instance.lease import LeasedError

    params = context["params"]
    small = [params["base_type"], *as_types(S.base_equivalents)]
    who, instance_id = this_run(context["ti"]), params["instance_id"]
    try:
        LEASE.renew(Clients(ec2_hook()), instance_id, who, small, must_have=True)
    except (LeasedError, *AwsError) as error:  # the task itself needs no instance
        log.warning("The lease of %s was not renewed this time: %s", instance_id, error)


def planned_months(ti: Any) -> list[Any]:
    """The months that preflight settled."""
    from include.months import month_range, parse_month

    plan = ti.xcom_pull(task_ids="preflight")
    return month_range(parse_month(plan["first_month"]), parse_month(plan["last_month"]))


with DAG(
    dag_id="tier1",
    doc_md=__doc__,
    description="384 features of 28 currency pairs on an instance that is big only while it works",
    schedule=None,
    catchup=False,
    max_active_runs=1,  # one instance, one run
    params=PARAMS,  # pyright: ignore[reportArgumentType]
    tags=["tier1"],
    default_args={"retries": 0, **FIRST},
    # no dagrun_timeout: when it fires, Airflow skips the unfinished teardowns
) as dag:
    # Airflow fails a task that is cleared in the moment in which it is queued; this one, too, can be repeated
    @task(execution_timeout=timedelta(minutes=15), retries=1, retry_delay=timedelta(seconds=5))
    def preflight(params: dict[str, Any], ti: Any) -> dict[str, str]:
        """Look at everything that could stop the run or the way back; touch nothing."""
        from ec2_resize.preflight import Check, table
        from ec2_resize.preflight import preflight as check_instance
        from include.pipeline.plan import as_texts, make_plan

        small = [params["base_type"], *as_types(S.base_equivalents)]
        checks = check_instance(
            ec2_hook(),
            params["instance_id"],
            small,
            as_types(params["work_type"]),
            this_run(ti),
            LEASE,
            services=[("the feature database", hosts(DATABASE))],
            longest=timedelta(hours=S.stage_timeout_hours),
            alert_topic_arn=S.alert_topic_arn,
            switch_help="See deploy/README.md: TIER1_DEAD_MAN_DOCUMENT, TIER1_ALERT_TOPIC_ARN.",
        )
        checks.append(other_runs(ti))
        plan = make_plan(conninfo(DATABASE), S, params["start_month"], params["end_month"])
        checks += [Check("prices", "failed", problem) for problem in plan.problems]
        checks += [Check("prices", "ok", str(plan))] if not plan.problems else []
        log.info("Preflight\n%s", table(checks))
        failed = [
            f"{check.name}: {check.found} {check.what_to_do}".strip()
            for check in checks
            if check.result == "failed"
        ]
        if failed:
            raise AirflowFailException("This run has touched nothing. " + " | ".join(failed))
        ti.xcom_push(key="installation", value=installation(INSTALLATION))
        return as_texts(plan.months)

    def skip_unless(param: str, context: Any) -> None:
        """Skip the task that the run's parameter turns off."""
        if not context["params"][param]:
            raise AirflowSkipException(f"the parameter {param} is off")

    approve = ApprovalOperator(
        task_id="approve",
        subject=f"Make {{{{ params.instance_id }}}} a {WORK_TYPE}?",
        body=f"It stops, comes back as {WORK_TYPE}, computes "
        "{{ ti.xcom_pull(task_ids='preflight')['first_month'] }} .. "
        "{{ ti.xcom_pull(task_ids='preflight')['last_month'] }}, and becomes a {{ params.base_type }} again. "
        "After a rejection, too, it is made sure that it is running as {{ params.base_type }}.",
        fail_on_reject=True,
        response_timeout=timedelta(hours=S.approval_timeout_hours),
        pre_execute=partial(skip_unless, "require_approval"),
    )

    # after an approval, or where none was asked for (skipped); not after a rejection or a failed preflight
    upsize = resize(
        "upsize",
        WORK_TYPE,
        S.work_patience_minutes,
        trigger_rule=TriggerRule.NONE_FAILED,
        pre_execute=require_downsize_to_come,
    )

    @task(execution_timeout=timedelta(minutes=S.database_wait_minutes + 5))
    def verify_host(params: dict[str, Any], ti: Any) -> None:
        """The instance is what the stages need, and the database answers: it may have restarted, too."""
        from include.store.connection import wait_for_database

        require_work_type(params)
        with lease_renewed(params, ti):
            wait_for_database(conninfo(DATABASE), S.database_wait_minutes * 60)

    validate = FeatureCheckOperator(
        task_id="validate",
        conn_id=DATABASE,
        table=MONTHS.format(
            start="'{{ ti.xcom_pull(task_ids='preflight')['start'] }}'",
            end="'{{ ti.xcom_pull(task_ids='preflight')['end'] }}'",
            spec_version=SPEC_VERSION,
        ),
        checks={claim: {"check_statement": f"({query})"} for claim, query in claims().items()},
        execution_timeout=timedelta(hours=1),
        pre_execute=keep_leased,
    )

    @task(execution_timeout=timedelta(hours=1), pre_execute=partial(skip_unless, "evaluate"))
    def evaluate(params: dict[str, Any], ti: Any) -> dict[str, Any]:
        """Profile the features: what share of bars has a value, and which never vary."""
        from include.store.connection import connect
        from include.store.features.profile import profile_features, summary

        with lease_renewed(params, ti), connect(conninfo(DATABASE)) as conn:
            return summary(profile_features(conn, planned_months(ti)))

    @task(
        outlets=[FEATURES],
        trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS,  # evaluate may be skipped
        execution_timeout=timedelta(minutes=5),
        pre_execute=keep_leased,  # so that most of the lease is left for the way back
    )
    def publish(ti: Any, run_id: str) -> Any:
        """Tell the consumers of the asset which months are validated."""
        yield Metadata(FEATURES, {**ti.xcom_pull(task_ids="preflight"), "run_id": run_id})

    downsize = resize(
        "downsize",
        "{{ params.base_type }}",
        S.base_patience_minutes,
        on_retry_callback=page(
            S.alert_topic_arn,
            "TIER 1: {instance_id} is not small yet: downsize is tried again",
            AWS,
            UNSENT,
            GUARD,
            seen,
        ),
        on_failure_callback=page(
            S.alert_topic_arn, "TIER 1: {instance_id} may not be small", AWS, UNSENT, GUARD, seen
        ),
    )

    @task(
        execution_timeout=timedelta(minutes=10),
        on_failure_callback=page(
            S.alert_topic_arn, "TIER 1: run {run_id:.60} is red", AWS, UNSENT, GUARD, seen
        ),
        **{**KEEP_TRYING, "retries": 3},
    )
    def verdict(params: dict[str, Any], run_id: str, ti: Any) -> None:
        """Write the report; be red unless work, validation and infrastructure are all well."""
        instance, now = look_for_verdict(params)
        try:
            problems = write_verdict(params, run_id, ti, instance)
        except Exception as error:
            raise AirflowException(f"{now}. The report could not be made: {error}") from error
        if problems:
            raise AirflowFailException(f"{now}. " + "; ".join(problems))

    def look_for_verdict(params: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
        """The instance as plain values and in words, whatever AWS answers."""
        from ec2_instance.errors import AwsError, error_text

        try:
            found = look_at_instance(params)
        except AwsError as error:
            log.exception("The instance could not be looked at")
            return None, f"{params['instance_id']} could not be looked at: {error_text(error)}"
        holder = str(LEASE.holder(found) or "") or None
        facts = {name: value for name, value in asdict(found).items() if name != "tags"}
        return {**facts, "holder": holder}, f"{found}, {holder or 'not leased'}"

    def write_verdict(
        params: dict[str, Any], run_id: str, ti: Any, instance: dict[str, Any] | None
    ) -> list[str]:
        """Make the report, log it, store it; returns what is not well."""
        import psycopg

        from include.report.report import Facts, build_report, to_markdown
        from include.store.connection import DatabaseUnreachableError, connect
        from include.store.runs.reports import write_report

        states = ti.get_task_states(dag_id="tier1", run_ids=[run_id])[run_id]
        names = [it.task_id for it in dag.topological_sort()]
        result = {name: ti.xcom_pull(task_ids=name) for name in names}
        report = build_report(
            Facts(
                run_id=run_id,
                parameters=dict(params),
                plan=result["preflight"],
                tasks={name: states.get(name) for name in names if name != "verdict"},
                stages=[result[name] for name in STAGE_TASKS if result[name]],
                upsize=result["upsize"],
                downsize=result["downsize"],
                evaluation=result["evaluate"],
                instance=instance,
            ),
            S.hourly_usd,
        )
        log.info("Report\n%s", to_markdown(report))
        try:
            with connect(conninfo(DATABASE)) as conn:
                write_report(conn, report)
        except (DatabaseUnreachableError, psycopg.Error) as error:  # it may be on the instance itself
            report["problems"].append(f"the report is in this log only: {error}")
        return report["problems"]

    looked, verified, decided = preflight(), verify_host(), verdict()
    profiled, published = evaluate(), publish()
    stages = [stage(task_id, name) for task_id, name in STAGE_TASKS.items()]

    chain(
        looked,
        approve,
        upsize,
        verified,
        *itertools.chain(*stages),
        validate,
        profiled,
        published,
        downsize,
        decided,
    )
    validate >> published  # evaluate may be skipped

    # A teardown runs whatever happened before it, also when the run was marked failed: all_done does not.
    # preflight is a setup too: with upsize alone, an upsize that fails half-way would leave the instance big.
    downsize.as_teardown(setups=[looked, upsize], on_failure_fail_dagrun=True)
    # A failed teardown alone leaves a run green, and failed work leaves it green where the teardown counts:
    # the verdict counts, and looks at everything.
    decided.as_teardown(on_failure_fail_dagrun=True)
