"""The mechanism of each row of the matrix, and how to take it out: the row has to fail then (`make mutants`).

The running Airflow works on a copy of the project, so a mutation is an edit of that copy; where the mechanism
is whoever runs Airflow, it is somebody who starts nothing again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.airflow import waiting
from tests.airflow.project import DAG_FILE, GUARD_FILE
from tests.airflow.running import Running
from tests.airflow.waiting import eventually

OPERATOR = "plugins/ec2_resize/operators.py"
SENSOR = "plugins/stage_marker/sensors.py"
TEARDOWN = "downsize.as_teardown(setups=[looked, upsize], on_failure_fail_dagrun=True)"
ALERT = "plugins/ec2_instance/alert.py"
RESIZE_DOWN = """    downsize = resize(
        "downsize",
        "{{ params.base_type }}",
        S.base_patience_minutes,"""
# what never comes is noticed sooner; a green run takes a third of what is left
PATIENCE = 0.6
NOTICED = (AssertionError, pytest.fail.Exception)


@dataclass(frozen=True)
class Mutant:
    """A mechanism, taken out.

    Attributes:
        name: what is left.
        file: which file of the project loses it; none where it is not in the project.
        old: the text that is it, there once.
        new: what stands there instead.
        rows: the tests of what rests on it.
    """

    name: str
    file: str
    old: str
    new: str
    rows: tuple[str, ...]


MUTANTS = (
    Mutant(
        "downsize is a plain task",
        DAG_FILE,
        TEARDOWN,
        "",
        (
            "test_feature_database_gone",
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
        DAG_FILE,
        TEARDOWN,
        "downsize.trigger_rule = TriggerRule.ALL_DONE",
        (
            "test_deleted",
            "test_run_marked_failed_in_a_stage",
            "test_run_marked_failed_in_downsize",
            "test_run_marked_failed_in_upsize",
        ),
    ),
    Mutant(
        "upsize is the only setup of downsize",
        DAG_FILE,
        TEARDOWN,
        TEARDOWN.replace("looked, ", ""),
        ("test_upsize_killed_for_good", "test_upsize_marked_failed"),
    ),
    Mutant(
        "downsize has no setups: nobody clears them with a stage",
        DAG_FILE,
        TEARDOWN,
        TEARDOWN.replace("setups=[looked, upsize], ", ""),
        ("test_setups_unticked", "test_succeeded_stage"),
    ),
    Mutant(
        "downsize does nothing",
        DAG_FILE,
        RESIZE_DOWN,
        RESIZE_DOWN.replace("{{ params.base_type }}", "{{ params.work_type }}"),
        ("test_dag_edited", "test_while_the_run_goes_on"),
    ),
    Mutant(
        "the verdict is always green",
        DAG_FILE,
        "if problems:",
        "if False:",
        ("test_run_marked_success_in_a_stage",),
    ),
    Mutant(
        "a stage computes on any instance",
        DAG_FILE,
        'if now.type not in work_types or now.state != "running":',
        "if False:",
        ("test_failed_stage_without_setups", "test_run_with_only_failed"),
    ),
    Mutant(
        "upsize does not look whether downsize is to come",
        DAG_FILE,
        "if state in FINISHED:",
        "if False:",
        ("test_rejected_run_with_only_failed",),
    ),
    Mutant(
        "each try of a stage computes everything",
        DAG_FILE,
        'run_id, params["force"])',
        'f"{run_id} {ti.try_number}", force=True)',
        ("test_failed_stage",),
    ),
    Mutant(
        "a stage does not wait for the database",
        DAG_FILE,
        """# as verify_host does, which is not cleared together with a stage
            wait_for_database(conninfo(DATABASE), S.database_wait_minutes * 60)""",
        "",
        ("test_database_restarts_with_its_instance",),
    ),
    Mutant(
        "several runs at once",
        DAG_FILE,
        "max_active_runs=1,",
        "max_active_runs=5,",
        ("test_older_run", "test_two_runs_at_once"),
    ),
    Mutant(
        "a stage has no time limit",
        DAG_FILE,
        "@task(task_id=task_id, execution_timeout=timedelta(hours=S.stage_timeout_hours))",
        "@task(task_id=task_id)",
        ("test_stage_takes_too_long",),
    ),
    Mutant("preflight lets everything pass", DAG_FILE, "if failed:", "if False:", ("test_preflight_fails",)),
    Mutant(
        "a rejection is an answer like another",
        DAG_FILE,
        "fail_on_reject=True",
        "fail_on_reject=False",
        ("test_approval_rejected",),
    ),
    Mutant(
        "the approval is waited for without end",
        DAG_FILE,
        "response_timeout=timedelta(hours=S.approval_timeout_hours),",
        "",
        ("test_approval_times_out",),
    ),
    Mutant(
        "there is no dead-man switch",
        DAG_FILE,
        "if S.dead_man_document",
        "if False",
        ("test_airflow_never_comes_back",),
    ),
    Mutant(
        "downsize does not insist on the base type",
        DAG_FILE,
        RESIZE_DOWN,
        RESIZE_DOWN.replace("S.base_patience_minutes", "0"),
        ("test_downsize_refused_then_granted",),
    ),
    Mutant(
        "no types to fall back to",
        DAG_FILE,
        'fallback_types=["{{ params.base_type }}", *as_types(S.base_equivalents)],',
        "",
        ("test_upsize_refused",),
    ),
    Mutant(
        "only the first type is asked for",
        OPERATOR,
        "as_types(self.instance_type), as_types",
        "as_types(self.instance_type)[:1], as_types",
        ("test_another_big_type_serves_and_another_small_one_until_downsize_is_cleared",),
    ),
    Mutant("a resize is tried once", DAG_FILE, '"retries": 9,', '"retries": 0,', ("test_resizes_killed",)),
    Mutant(
        "a resize is tried three times within seconds",
        DAG_FILE,
        '"retries": 9,',
        '"retries": 2,',
        ("test_api_server_away_while_downsize_resumes",),
    ),
    Mutant(
        "a resize takes the name of its Airflow as it is now",
        DAG_FILE,
        """lease_owner="{{ ti.xcom_pull(task_ids='preflight', key='installation') or '' }}",""",
        "",
        ("test_identity_deleted",),
    ),
    Mutant(
        "missing credentials are a refusal",
        "plugins/ec2_instance/errors.py",
        "if not isinstance(error, ClientError) or is_about_credentials(error):",
        "if not isinstance(error, ClientError):",
        ("test_credentials_away",),
    ),
    Mutant(
        "the verdict's report cannot be stored",
        DAG_FILE,
        'holder = str(LEASE.holder(found) or "") or None',
        "holder = LEASE.holder(found)",
        ("test_downsize_marked",),
    ),
    Mutant(
        "the page needs what failed to have said why",
        ALERT,
        'context.get("exception") or NO_EXCEPTION',
        'context["exception"]',
        ("test_verdict_killed",),
    ),
    Mutant(
        "a page that cannot be sent is lost",
        ALERT,
        "Variable.set(key, json.dumps(asdict(written)))",
        "pass",
        ("test_a_page_that_cannot_be_sent",),
    ),
    Mutant(
        "the priority of all others",
        DAG_FILE,
        'default_args={"retries": 0, **FIRST},',
        'default_args={"retries": 0},',
        ("test_a_crowded_pool",),
    ),
    Mutant(
        "the way back makes the lease longer",
        "plugins/ec2_instance/lease.py",
        "expires = holder.expires if holder else self._end_from_now()",
        "expires = self._end_from_now()",
        ("test_a_guard_that_keeps_failing_puts_nothing_off",),
    ),
    Mutant(
        "without an answer, a change counts as refused",
        OPERATOR,
        """progress.last_error = error_text(error)
            if not worth_another_look(error):""",
        """progress.last_error = error_text(error)
            if True:""",
        ("test_answers_are_lost",),
    ),
    Mutant(
        "a sensor that never waits",
        SENSOR,
        "if not missing:",
        "if True:",
        ("test_marker_never_comes", "test_stage_marked_success"),
    ),
    Mutant(
        "the deferral of a sensor has no timeout",
        SENSOR,
        "timeout=timedelta(seconds=self",
        "timeout=timedelta(days=9, seconds=self",
        ("test_sensor_times_out",),
    ),
    Mutant(
        "the guard never finds anything",
        GUARD_FILE,
        "if not needed:",
        "if False:",
        ("test_dag_broken", "test_paused", "test_power_cut_and_paused"),
    ),
    Mutant(
        "the guard believes leases only",
        GUARD_FILE,
        'if "deferred" in states:',
        "if False:",
        ("test_a_live_run_is_left_alone_even_when_its_lease_has_expired",),
    ),
    Mutant(
        "the guard takes a run that it does not know for one that has ended",
        GUARD_FILE,
        "has_ended = bool(states) and not",
        "has_ended = not",
        ("test_a_run_that_is_not_known_is_believed_until_its_lease_has_expired",),
    ),
    Mutant(
        "the guard believes a task that only seems to run",
        GUARD_FILE,
        'if "deferred" in states:',
        'if {"deferred", "running"} & states:',
        ("test_a_task_that_only_seems_to_run",),
    ),
    Mutant(
        "the guard takes every run for one of its own Airflow",
        GUARD_FILE,
        "if who.owner != installation(INSTALLATION):",
        "if False:",
        ("test_another_airflow_is_believed_until_its_lease_has_expired",),
    ),
    Mutant(
        "the guard does not ask for a lease",
        GUARD_FILE,
        "for instance, holder in LEASE.leased_instances(patient_ec2()):",
        """from ec2_instance.holder import Holder, RunIdentity
        from ec2_instance.reading import read
        for instance, holder in [(read(patient_ec2(), S.instance_id), Holder(RunIdentity("-"), None))]:""",
        ("test_without_a_lease_it_is_a_persons_own_affair",),
    ),
    Mutant(
        "nobody starts again what has ended",
        "",
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


def mutant_of(row: str) -> Mutant:
    """The one for a test."""
    [found] = [it for it in MUTANTS if row in it.rows]
    return found


def take_out(mutant: Mutant, airflow: Running, patch: pytest.MonkeyPatch) -> None:
    """Let a row that begins now do without its mechanism.

    A file that is edited while it is parsed is not parsed again: Airflow compares with when that ended.
    """
    eventually(airflow.knows_its_files)
    if mutant.file:
        airflow.project.edit(mutant.file, mutant.old, mutant.new)
    else:
        patch.setattr(airflow, "revive", lambda: None)
    eventually(airflow.knows_its_files)
    patch.setattr(waiting, "patience", PATIENCE)


def judge(row: str, report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
    """A row has to fail by an assertion; it says by which."""
    mutant, error = mutant_of(row), call.excinfo
    if error is None:
        report.outcome, report.longrepr = "failed", f"survives: {mutant.name}"
    elif isinstance(error.value, NOTICED):
        [*_, line] = [it for it in error.traceback if it.path.name.startswith("test_")]
        said = str(error.value).split("\n")[0]
        report.outcome, report.longrepr = "passed", None
        noticed = f"{mutant.name} | {line.lineno + 1}: {str(line.statement).strip()} | {said}"
        report.user_properties.append(("noticed", noticed))


def noticed(reports: list[pytest.TestReport]) -> Iterator[str]:
    """Row, mutation, and the assertion that has failed."""
    for report in reports:
        for name, value in report.user_properties:
            if name == "noticed":
                yield f"{report.nodeid.split('::')[1]} | {value}"
