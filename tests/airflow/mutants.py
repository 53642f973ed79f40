"""The mechanism of each row of the matrix, and how to take it out: the row has to fail then (`make mutants`).

The running Airflow works on a copy of the project. A mutation replaces a function or a value of one of its
modules there, by a few lines behind the module's own (`Project.patch`), so that it does not depend on how the
source is written; where the mechanism is whoever runs Airflow, it is somebody who starts nothing again.
"""

from tests.airflow.mutant import Mutant, wrapped

RESIZING, GATES, GUARD = "tier1_tasks.resizing", "tier1_tasks.gates", "tier1_tasks.guard"
APPROVAL = "tier1_tasks.approval"
DEFAULTS, SENSOR = "tier1_tasks.defaults", "tier1_tasks.markers.sensor"
ALERT, ERRORS = "ec2_instance.alert", "ec2_instance.errors"

MUTANTS = (
    Mutant(
        "downsize is a plain task",
        RESIZING,
        "EC2ResizeInstanceOperator.as_teardown = lambda task, **_: task",
        (
            "test_feature_database_gone",
            "test_instance_stopped_in_a_stage",
            "test_machine_dies_in_a_stage",
            "test_publish_fails",
            "test_stage_killed",
            "test_stage_marked_failed",
            "test_stage_raises",
            "test_supervisor_killed",
            "test_validation_fails",
        ),
    ),
    Mutant(
        "downsize is a plain task with the rule all_done",
        RESIZING,
        "EC2ResizeInstanceOperator.as_teardown = lambda task, **_: setattr(task, 'trigger_rule', 'all_done')",
        (
            "test_deleted",
            "test_run_marked_failed_in_a_stage",
            "test_run_marked_failed_in_downsize",
            "test_run_marked_failed_in_upsize",
        ),
    ),
    Mutant(
        "upsize is the only setup of downsize",
        RESIZING,
        """
_original = EC2ResizeInstanceOperator.as_teardown
EC2ResizeInstanceOperator.as_teardown = lambda task, setups, **options: _original(
    task, setups=[setup for setup in setups if isinstance(setup, EC2ResizeInstanceOperator)], **options
)
""",
        ("test_upsize_killed_for_good", "test_upsize_marked_failed"),
    ),
    Mutant(
        "downsize has no setups: nobody clears them with a stage",
        RESIZING,
        """
_original = EC2ResizeInstanceOperator.as_teardown
EC2ResizeInstanceOperator.as_teardown = lambda task, setups, **options: _original(task, **options)
""",
        ("test_failed_shard", "test_setups_unticked", "test_succeeded_stage"),
    ),
    Mutant(
        "downsize does nothing",
        RESIZING,
        wrapped("downsize", "task.instance_type = WORK_TYPES"),
        ("test_dag_edited", "test_while_the_run_goes_on"),
    ),
    Mutant(
        "the verdict is always green",
        "tier1_tasks.verdict",
        """
_original = write_report
def write_report(*known):
    _original(*known)
    return []
""",
        ("test_run_marked_success_in_a_stage",),
    ),
    Mutant(
        "a stage computes on any instance",
        GATES,
        "require_work_type = lambda run, ti: None",
        ("test_failed_stage_without_setups", "test_run_with_only_failed"),
    ),
    Mutant(
        "upsize does not look whether downsize is to come",
        GATES,
        "require_downsize_to_come = lambda context: None",
        ("test_rejected_run_with_only_failed",),
    ),
    Mutant(
        "each try of a stage computes everything",
        "include.store.runs.markers",
        """
still_valid = lambda *_: {}
finished_from = lambda *_: None
""",
        ("test_failed_stage",),
    ),
    Mutant(
        "a stage does not wait for the database",
        "tier1_tasks.stages",
        "wait_for_feature_database = lambda: None",
        ("test_database_restarts_with_its_instance",),
    ),
    Mutant(
        "several runs at once",
        "tier1",
        "dag.max_active_runs = 5",
        ("test_older_run", "test_two_runs_at_once"),
    ),
    Mutant(
        "nobody looks whether months still fit before they are published",
        "tier1_tasks.validation",
        "require_months_that_fit = lambda ti: None",
        ("test_price_corrected",),
    ),
    Mutant(
        "a stage has no time limit",
        "tier1_tasks.stages",
        "compute = compute.override(execution_timeout=None)",
        ("test_stage_takes_too_long",),
    ),
    Mutant(
        "preflight lets everything pass",
        "tier1_tasks.preflight",
        "failures = lambda checks: []",
        ("test_preflight_fails", "test_prices_that_cannot_be_true"),
    ),
    Mutant(
        "any name of a parameter will do",
        "tier1_tasks.preflight",
        "problems_with_parameters = lambda given: []",
        ("test_unknown_parameter",),
    ),
    Mutant(
        "a rejection is an answer like another",
        APPROVAL,
        "ApproveOperator.execute_complete = HITLOperator.execute_complete",
        ("test_approval_rejected", "test_somebody_rejects_a_run_without_a_resize"),
    ),
    Mutant(
        "the approval is waited for without end",
        APPROVAL,
        wrapped("approve", "task.response_timeout = None"),
        ("test_approval_times_out",),
    ),
    Mutant(
        "an answer that comes too soon is lost",
        DEFAULTS,
        "ASK_ONCE = {}",
        ("test_somebody_answers_at_once",),
    ),
    Mutant(
        "every run resizes",
        "tier1_tasks.planned",
        "choice_of = lambda ti: Choice(resizes=True, why='')",
        (
            "test_if_needed_and_it_is_not",
            "test_marked_failed_without_a_resize",
            "test_never",
            "test_never_on_an_instance_that_somebody_has_left_big",
            "test_never_without_aws",
            "test_somebody_chooses_to_compute_as_it_is",
        ),
    ),
    Mutant(
        "a run resizes only where it always does",
        "tier1_tasks.planned",
        """
_original = choice_of
def choice_of(ti):
    resize = RunParams.of(ti.get_template_context()["params"]).resize
    return _original(ti) if resize is WhenToResize.ALWAYS else Choice(resizes=False, why="")
""",
        ("test_if_needed_and_it_is", "test_somebody_chooses_to_resize"),
    ),
    Mutant(
        "nobody looks for what an earlier try has left",
        RESIZING,
        "ResizeOperator._was_left_by_us = lambda task, ti: False",
        ("test_somebody_changes_his_mind_while_it_is_big",),
    ),
    Mutant(
        "there is no dead-man switch",
        "tier1_tasks.leasing",
        """
import dataclasses
LEASE = dataclasses.replace(LEASE, dead_man=None)
""",
        ("test_airflow_never_comes_back",),
    ),
    Mutant(
        "downsize does not insist on the base type",
        RESIZING,
        wrapped("downsize", "task.patience = 0 * task.patience"),
        ("test_downsize_refused_then_granted",),
    ),
    Mutant(
        "no types to fall back to",
        RESIZING,
        "OF_THE_RUN.pop('fallback_types')",
        ("test_upsize_refused",),
    ),
    Mutant(
        "only the first type is asked for",
        RESIZING,
        'WORK_TYPES = "{{ run(params).work_types[0] }}"',
        ("test_another_big_type_serves_and_another_small_one_until_downsize_is_cleared",),
    ),
    Mutant("a resize is tried once", DEFAULTS, "KEEP_TRYING['retries'] = 0", ("test_resizes_killed",)),
    Mutant(
        "a resize is tried three times within seconds",
        DEFAULTS,
        "KEEP_TRYING['retries'] = 2",
        ("test_api_server_away_while_downsize_resumes",),
    ),
    Mutant(
        "a resize takes the name of its Airflow as it is now",
        "tier1_tasks.planned",
        """
MACROS["identity"] = lambda ti: RunIdentity(ti.run_id, ti.dag_id, installation(INSTALLATION))
""",
        ("test_identity_deleted",),
    ),
    Mutant(
        "missing credentials are a refusal",
        ERRORS,
        "is_about_credentials = lambda error: False",
        ("test_credentials_away",),
    ),
    Mutant(
        "the verdict's report cannot be stored",
        "tier1_tasks.verdict",
        """
_original = look_at_the_end
def look_at_the_end(run, ti):
    instance, now = _original(run, ti)
    return {**instance, "holder": TAGS}, now
""",
        ("test_downsize_marked",),
    ),
    Mutant(
        "the page needs what failed to have said why",
        ALERT,
        """
_original = _write
_write = lambda topic, subject, context: _original(
    topic, subject, {**context, "exception": context["exception"]}
)
""",
        ("test_verdict_killed",),
    ),
    Mutant(
        "a page that cannot be sent is lost",
        ALERT,
        "_keep = lambda *_: None",
        ("test_a_page_that_cannot_be_sent",),
    ),
    Mutant(
        "the priority of all others",
        DEFAULTS,
        "RUN = {'retries': 0}",
        ("test_a_crowded_pool",),
    ),
    Mutant(
        "the way back makes the lease longer",
        "ec2_instance.lease",
        """
_original = LeaseEntry
LeaseEntry = lambda instance_id, who, safe_types, expires, fires_at, postpones: _original(
    instance_id, who, safe_types, expires=fires_at, fires_at=fires_at, postpones=postpones
)
""",
        ("test_a_guard_that_keeps_failing_puts_nothing_off",),
    ),
    Mutant(
        "without an answer, a change counts as refused",
        ERRORS,
        """
_original = worth_another_look
worth_another_look = lambda error: isinstance(error, ClientError) and _original(error)
""",
        ("test_answers_are_lost",),
    ),
    Mutant(
        "a sensor that never waits",
        "tier1_tasks.markers.trigger",
        "unfinished = lambda *_: []",
        ("test_marker_never_comes", "test_stage_marked_success"),
    ),
    Mutant(
        "the deferral of a sensor has no timeout",
        SENSOR,
        """
def _mutated_defer(sensor, *, timeout, **options):
    BaseSensorOperator.defer(sensor, timeout=timedelta(days=9), **options)
StageMarkerSensor.defer = _mutated_defer
""",
        ("test_sensor_times_out",),
    ),
    Mutant(
        "the guard never finds anything",
        GUARD,
        "is_needed = lambda holder, ti: True",
        ("test_dag_broken", "test_paused", "test_power_cut_and_paused"),
    ),
    Mutant(
        "the guard believes leases only",
        GUARD,
        "waits_for_aws = lambda states: False",
        ("test_a_live_run_is_left_alone_even_when_its_lease_has_expired",),
    ),
    Mutant(
        "the guard takes a run that it does not know for one that has ended",
        GUARD,
        """
_original = has_ended
has_ended = lambda who, states, ti: not states or _original(who, states, ti)
""",
        ("test_a_run_that_is_not_known_is_believed_until_its_lease_has_expired",),
    ),
    Mutant(
        "the guard believes a task that only seems to run",
        GUARD,
        "waits_for_aws = lambda states: bool({'deferred', 'running'} & states)",
        ("test_a_task_that_only_seems_to_run",),
    ),
    Mutant(
        "the guard takes every run for one of its own Airflow",
        GUARD,
        "is_of_this_airflow = lambda who: True",
        ("test_another_airflow_is_believed_until_its_lease_has_expired",),
    ),
    Mutant(
        "the guard does not ask for a lease",
        GUARD,
        """
import datetime
from ec2_instance.holder import Holder
_mutated_holder = Holder(RunIdentity("-"), datetime.datetime.min.replace(tzinfo=datetime.UTC))
LEASE.__class__.leased_instances = lambda lease, ec2: [
    (looking.look(settings().instance_id), _mutated_holder)
]
""",
        ("test_without_a_lease_it_is_a_persons_own_affair",),
    ),
    Mutant(
        "the worker is not waited for",
        "tier1_tasks.host.placement",
        "worker_reports = lambda: False",
        ("test_no_worker_reports",),
    ),
    Mutant(
        "a stage that has lost its instance does not make it big again",
        "tier1_tasks.host.operator",
        """
_original = StartTriggerArgs
StartTriggerArgs = lambda trigger_kwargs, **others: _original(
    trigger_kwargs=trigger_kwargs | {"grows": False}, **others
)
""",
        ("test_instance_stopped_and_the_stage_tried_again",),
    ),
    Mutant(
        "one task of a stage has all months",
        "include.months",
        "MonthRange.split = lambda months, parts: [months]",
        ("test_many_shards", "test_three_shards"),
    ),
    Mutant(
        "no host may compute beside the instance",
        "tier1_tasks.host.placement",
        "MORE_HOSTS = ()",
        ("test_another_host",),
    ),
    Mutant(
        "verify_host is content with any host",
        "tier1_tasks.host.verify",
        "failures = lambda checks: []",
        ("test_another_worker_listens", "test_worker_with_other_files"),
    ),
    Mutant(
        "three heartbeats that fail end a task, as Airflow has it by default",
        "",
        "",
        ("test_api_server_away_from_the_worker", "test_api_server_away_without_a_worker"),
        settings={"AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS": "3"},
    ),
    Mutant(
        "the secret that the worker holds signs for everybody",
        "",
        "",
        ("test_forged_tokens",),
        settings={"AIRFLOW__API_AUTH__JWT_PRIVATE_KEY_PATH": ""},
    ),
    Mutant(
        "nobody starts again what has ended",
        "",
        "",
        (
            "test_api_server_restarted",
            "test_metadata_database_restarted",
            "test_power_cut_in_a_stage",
            "test_power_cut_in_upsize",
            "test_scheduler_killed",
            "test_triggerer_killed",
        ),
    ),
)
