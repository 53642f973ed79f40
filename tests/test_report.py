"""The report says all that went wrong, and what the instance ended as."""

from dataclasses import replace

import pytest

from include.report.build import build_report
from include.report.markdown import to_markdown
from include.report.model import (
    Evaluation,
    Facts,
    InstanceNow,
    PlannedMonths,
    Report,
    Resize,
    StageSummary,
    UnreadableReportError,
)
from include.store.runs.reports import read_report, write_report

USD = {"t3.2xlarge": 0.3328, "c7i.8xlarge": 1.428}
UPSIZE = Resize(
    instance_id="i-1",
    type_before="t3.2xlarge",
    type_after="c7i.8xlarge",
    state="running",
    started="2026-01-01T10:00:00+00:00",
    finished="2026-01-01T10:02:00+00:00",
    seconds=120.0,
    downtime_seconds=90.0,
    public_ip_before="192.0.2.1",
    public_ip_after="192.0.2.2",
    outcome="wanted",
)
DOWNSIZE = replace(
    UPSIZE, type_before="c7i.8xlarge", type_after="t3.2xlarge", finished="2026-01-01T12:00:00+00:00"
)
REFUSED = "t3.2xlarge: InsufficientInstanceCapacity: no capacity (7 times)"
STAGE = StageSummary(stage="currency_indices", months=12, computed=3, rows=93_600, columns=224, seconds=61.25)
SMALL = InstanceNow(type="t3.2xlarge", state="running")
SUCCEEDED = Facts(
    run_id="manual",
    parameters={"instance_id": "i-1", "base_type": "t3.2xlarge"},
    plan=PlannedMonths(first_month="2025-01", last_month="2025-12"),
    tasks={"preflight": "success", "approve": "skipped", "upsize": "success", "downsize": "success"},
    upsize=UPSIZE,
    downsize=DOWNSIZE,
    instance=SMALL,
)
RESIZE_AS_STORED = {
    "instance_id": "i-1",
    "type_before": "t3.2xlarge",
    "found": "i-1 is running as t3.2xlarge",
    "type_after": "c7i.8xlarge",
    "state": "running",
    "started": "2026-01-01T10:00:00+00:00",
    "finished": "2026-01-01T10:02:00+00:00",
    "seconds": 120.0,
    "downtime_seconds": 90.0,
    "public_ip_before": "192.0.2.1",
    "public_ip_after": "192.0.2.2",
    "outcome": "wanted",
    "refused": [],
}
AS_STORED = {
    "run_id": "manual",
    "parameters": {
        "instance_id": "i-1",
        "base_type": "t3.2xlarge",
        "work_type": ["c7i.8xlarge"],
        "shards": 2,
    },
    "plan": {
        "first_month": "2025-01",
        "last_month": "2025-12",
        "start": "2025-01-01T00:00:00+00:00",
        "end": "2026-01-01T00:00:00+00:00",
    },
    "tasks": {"preflight": "success", "stage_2_3": "failed", "validate": "upstream_failed", "publish": None},
    "stages": [
        {
            "stage": "currency_indices",
            "months": 12,
            "computed": 3,
            "rows": 93600,
            "columns": 224,
            "seconds": 61.25,
            "began": 0.0,
        }
    ],
    "reasons": {"stage_2_3": "prices at 2025-03-01 are negative"},
    "upsize": RESIZE_AS_STORED,
    "downsize": RESIZE_AS_STORED
    | {"type_before": "c7i.8xlarge", "refused": [REFUSED], "outcome": "fallback"},
    "evaluation": {"features": 384, "bars": 374400, "empty": "none", "constant": "a, b, c and 2 more"},
    "instance": {
        "instance_id": "i-1",
        "type": "t3.2xlarge",
        "state": "running",
        "checks": "",
        "reason": "",
        "public_ip": "192.0.2.2",
        "private_ip": "10.0.0.1",
        "launched": "2026-01-01T11:59:00+00:00",
        "holder": None,
        "is_ours": False,
        "is_big": False,
    },
    "estimate": {
        "instance_id": "i-1",
        "big_type": "c7i.8xlarge",
        "months": 3,
        "rows": 93_600.0,
        "seconds_as_it_is": 70.0,
        "seconds_big": 30.0,
        "downtime_seconds": 90.0,
        "extra_usd": 0.08,
        "worth_it": False,
        "is_measured": True,
        "on_the_instance": True,
        "is_big": False,
        "is_up": True,
    },
    "no_resize": "",
    "problems": ["publish has not run"],
    "warnings": ["it rained"],
    "cost": {
        "work_type": "c7i.8xlarge",
        "base_type": "t3.2xlarge",
        "seconds": 7200.0,
        "total_usd": 2.856,
        "extra_usd": 2.1904,
    },
}


def test_a_run_that_succeeded_has_no_problems():
    report = build_report(SUCCEEDED, USD)
    assert report.problems == ()
    assert report.cost is not None
    assert report.cost.total_usd == pytest.approx(2 * 1.428)
    assert report.cost.extra_usd == pytest.approx(2 * (1.428 - 0.3328))
    text = to_markdown(report)
    assert text.startswith("# TIER 1 run manual: succeeded\n")
    assert "c7i.8xlarge to t3.2xlarge, running (wanted); 120 s, not usable for 90 s" in text


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"tasks": {"validate": "failed"}}, "validate failed: read its log"),
        ({"tasks": {"validate": "skipped"}}, "validate was skipped: to run it, clear validate"),
        ({"tasks": {"validate": "upstream_failed"}}, "validate did not run, because a task before it failed"),
        ({"tasks": {"publish": None}}, "publish has not run: to run it, clear publish"),
        (
            {"tasks": {"stage_2_3": "up_for_retry"}},
            "stage_2_3 is up_for_retry: when stage_2_3 has ended, clear verdict",
        ),
        ({"instance": None}, "Cannot read i-1, as AWS did not answer: look at i-1 in the AWS console"),
        ({"instance": replace(SMALL, type="c7i.8xlarge")}, "i-1 is running as c7i.8xlarge"),
        ({"instance": replace(SMALL, state="stopped")}, "i-1 is stopped as t3.2xlarge"),
        (
            {"downsize": replace(DOWNSIZE, type_after="t3a.2xlarge", outcome="fallback", refused=(REFUSED,))},
            f"downsize ended running as t3a.2xlarge, since AWS refused: {REFUSED}. Clear downsize",
        ),
        (
            {"downsize": replace(DOWNSIZE, state="stopped", outcome="stopped", refused=(REFUSED,))},
            "downsize ended stopped as t3.2xlarge",
        ),
    ],
)
def test_what_went_wrong_is_said_in_the_report_and_its_text(change, problem):
    report = build_report(replace(SUCCEEDED, **change), USD)
    assert len(report.problems) == 1
    assert report.problems[0].startswith(problem)
    assert problem in to_markdown(report)
    assert to_markdown(report).startswith("# TIER 1 run manual: failed\n")


def test_work_that_never_began_has_no_cost():
    refused = replace(UPSIZE, type_after="t3.2xlarge", outcome="fallback", refused=("c7i.8xlarge: ...",))
    assert build_report(replace(SUCCEEDED, upsize=refused), USD).cost is None


def test_a_type_without_a_price_has_no_cost():
    assert build_report(SUCCEEDED, {"t3.2xlarge": 0.3328}).cost is None


def test_the_stored_json_is_what_the_scripts_of_other_people_read():
    assert Report.from_json(AS_STORED).to_json() == AS_STORED


def test_a_report_is_stored_and_read(conn):
    assert read_report(conn, "manual") is None  # nor is there a table
    write_report(conn, Report.from_json(AS_STORED))
    assert conn.execute("select report from tier1.run_report").fetchall() == [(AS_STORED,)]
    latest = Report.from_json(AS_STORED | {"run_id": "later"})
    write_report(conn, latest)
    assert read_report(conn, "manual") == Report.from_json(AS_STORED)
    assert read_report(conn) == latest
    assert read_report(conn, "never") is None


def test_the_facts_are_taken_as_xcom_holds_them():
    known = {key: value for key, value in AS_STORED.items() if key not in {"problems", "warnings", "cost"}}
    stored = build_report(Facts(**known), USD).to_json()
    assert {key: stored[key] for key in known} == known
    assert set(stored) == set(AS_STORED)


def test_a_report_of_an_older_or_newer_version_is_read():
    old = {"run_id": "old", "parameters": {"instance_id": "i-1"}, "problems": ["it rained"]}
    resize = {key: RESIZE_AS_STORED[key] for key in ("type_before", "type_after", "started", "finished")}
    read = Report.from_json(old | {"upsize": {**resize, "seconds": 3, "weather": "rain"}, "colour": "blue"})
    assert read.problems == ("it rained",)
    assert "* **it rained**" in to_markdown(read)


@pytest.mark.parametrize("key", ["run_id", "parameters", "problems"])
def test_a_stored_report_without_what_every_report_has_is_not_taken_for_a_success(key):
    stored = {name: value for name, value in AS_STORED.items() if name != key}
    with pytest.raises(UnreadableReportError, match=f"cannot be read: {key}: Field required. Clear the task"):
        Report.from_json(stored)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (
            "the price at 2025-03-01 is negative.",
            "stage_2_3 failed: the price at 2025-03-01 is negative. Fix the cause, then clear stage_2_3 with",
        ),
        (
            "",
            "stage_2_3 failed: it ended without a word: somebody marked it, its process was killed, or its "
            "machine failed. When downsize began, i-1 is stopped as c7i.8xlarge. Fix the cause,",
        ),
        (None, "stage_2_3 failed: read its log, fix the cause"),
    ],
    ids=["left word", "could not leave word", "is none that does"],
)
def test_a_task_that_failed_is_reported_with_the_reason_that_it_left(left, said):
    failed = replace(
        SUCCEEDED,
        tasks=SUCCEEDED.tasks | {"stage_2_3": "failed"},
        reasons={} if left is None else {"stage_2_3": left},
        downsize=replace(DOWNSIZE, found="i-1 is stopped as c7i.8xlarge"),
    )
    [problem] = build_report(failed, USD).problems
    assert problem.startswith(said)


def test_the_stages_are_a_table():
    report = build_report(replace(SUCCEEDED, stages=(STAGE,)), USD)
    assert (
        "| stage | months | computed | rows | columns | seconds |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: |\n"
        "| currency_indices | 12 | 3 | 93,600 | 224 | 61.2 |\n\n"
    ) in to_markdown(report)


def test_the_evaluation_is_told():
    found = Evaluation(features=384, bars=10, empty="none", constant="a")
    text = to_markdown(build_report(replace(SUCCEEDED, evaluation=found), USD))
    assert "384 features on 10 bars; without any value: none; constant: a." in text


def test_what_was_estimated_stands_beside_what_was_measured():
    report = Report.from_json(AS_STORED)
    assert (
        "| estimated | 3 months: about 70 s here, 30 s on c7i.8xlarge; growing costs 2 x ~2 min of downtime "
        "and ~$0.08: slower in all, 70 s against 30 s + 3 min |\n| measured | 61 s in the stages |"
    ) in to_markdown(report)
    assert "measured" not in to_markdown(replace(report, estimate=None))


UNTOUCHED = replace(
    SUCCEEDED,
    tasks=SUCCEEDED.tasks | {"downsize": "skipped"},
    upsize=None,
    downsize=None,
    no_resize="the parameter resize is never",
)


def test_a_run_without_a_resize_says_so_and_costs_nothing():
    report = build_report(UNTOUCHED, USD)
    assert (report.problems, report.warnings, report.cost) == ((), (), None)
    text = to_markdown(report)
    assert "All work is done and validated, and no instance was touched." in text
    assert "| No resize | the parameter resize is never |" in text
    assert "upsize |" not in text.partition("| task |")[0]


@pytest.mark.parametrize(
    ("instance", "warning"),
    [
        (None, "i-1 was not read, as AWS did not answer"),
        (replace(SMALL, type="c7i.8xlarge", is_big=True), "i-1 is running as c7i.8xlarge, which is big"),
        (replace(SMALL, type="c7i.8xlarge", is_big=True, holder="leased by run x"), None),
        (replace(SMALL, state="stopped"), None),
        (replace(SMALL, type="t3.small"), None),
    ],
    ids=["not read", "left big", "big for another run", "stopped", "another type"],
)
def test_an_instance_that_the_run_has_not_touched_is_not_its_fault(instance, warning):
    report = build_report(replace(UNTOUCHED, instance=instance), USD)
    assert report.problems == ()
    assert [it[: len(warning or "")] for it in report.warnings] == ([warning] if warning else [])
    for text in report.warnings:
        assert f"* {text}" in to_markdown(report)


def test_what_an_earlier_try_has_left_big_is_the_runs_fault_whatever_was_decided_later():
    left = replace(SMALL, type="c7i.8xlarge", is_big=True, is_ours=True, holder="leased by run manual")
    problems = build_report(replace(UNTOUCHED, instance=left), USD).problems
    assert [it.partition(":")[0] for it in problems] == [
        "downsize was skipped",
        "i-1 is running as c7i.8xlarge, not running as t3.2xlarge",
    ]


def test_a_downsize_that_was_skipped_is_a_problem_where_the_run_resizes():
    report = build_report(replace(UNTOUCHED, no_resize=""), USD)
    assert [it.partition(":")[0] for it in report.problems] == ["downsize was skipped"]
