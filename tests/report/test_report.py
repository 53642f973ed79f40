"""The report says all that went wrong, and what the instance ended as."""

import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from include.report.build import build_report
from include.report.markdown import to_markdown
from include.report.model import Evaluation, Facts, Report, UnreadableReportError
from include.settings import ROOT
from include.store.runs.reports import read_report, write_report
from tests.report.facts import (
    CONTRADICTED,
    DOWNSIZE,
    HOLDS,
    NO_PLAN,
    REFUSED,
    SMALL,
    STAGE,
    SUCCEEDED,
    UNTOUCHED,
    UPSIZE,
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
PRICE_AS_STORED = {
    "type": "c7i.8xlarge",
    "hourly_usd": 1.428,
    "source": "the AWS Price List API",
    "as_of": "2026-01-01",
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
            "cpu_seconds": 100.5,
            "month_seconds": 400.0,
            "waited_seconds": 300.0,
            "at_once": 8,
            "tasks": 2,
            "vcpus": 32,
        }
    ],
    "reasons": {"stage_2_3": "prices at 2025-03-01 are negative"},
    "is_refused": False,
    "upsize": RESIZE_AS_STORED,
    "downsize": RESIZE_AS_STORED
    | {"type_before": "c7i.8xlarge", "refused": [REFUSED], "outcome": "fallback"},
    "validation": [
        {
            "claim": "momentum_is_recomputed",
            "looked_at": 1000,
            "things": "values",
            "against": 3,
            "figure": 0.25,
            "meaning": "relative error",
        }
    ],
    "evaluation": {
        "features": 384,
        "bars": 374400,
        "empty": "none",
        "constant": "a, b, c and 2 more",
        "benefit": None,
        "not_measured": "too few decisions",
    },
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
        "rung": "type 1 of the 3 that would do outside of a run: the base type",
        "zone": "us-east-1a",
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
    "looked_at": "2026-01-01T12:03:00+00:00",
    "prices": [PRICE_AS_STORED],
    "spot": None,
    "on_base_type": {"type": "t3.2xlarge", "vcpus": 8, "seconds": 600.0},
    "series": None,
    "problems": ["publish has not run"],
    "warnings": ["it rained"],
    "cost": {
        "work_type": "c7i.8xlarge",
        "base_type": "t3.2xlarge",
        "seconds": 7200.0,
        "total_usd": 2.856,
        "extra_usd": 2.1904,
    },
    "verdict": {
        "work": {"standing": "not well", "why": "stage_2_3 failed"},
        "validation": {"standing": "unknown", "why": "validate has not looked"},
        "infrastructure": {"standing": "well", "why": "i-1 is now running as t3.2xlarge"},
    },
    "phases": [
        {
            "name": "2.3",
            "planned_seconds": 72000.0,
            "planned_usd": 8.0,
            "footnote": 1,
            "seconds": None,
            "usd": None,
            "note": "no part of it has ended well",
        }
    ],
    "footnotes": ["55 h on demand are more"],
    "receipt": {
        "times": [{"type": "c7i.8xlarge", "seconds": 7200.0, "price": PRICE_AS_STORED, "usd": 2.856}],
        "unknown": "",
        "is_over": True,
        "downtime_seconds": 180.0,
        "public_ip_before": "192.0.2.1",
        "public_ip_after": "192.0.2.2",
        "on_demand_usd": 2.856,
        "spot_usd": None,
        "spot": None,
        "forgotten": {
            "work_type": "c7i.8xlarge",
            "base_type": "t3.2xlarge",
            "day_usd": 26.28,
            "week_usd": 184.0,
            "month_usd": 799.5,
        },
        "earlier": [],
    },
    "advice": ["Growing has paid"],
    "order": ["preflight", "stage_2_3", "validate", "publish"],
    "schema": 2,
}
DERIVED = {
    "problems",
    "warnings",
    "cost",
    "verdict",
    "phases",
    "footnotes",
    "receipt",
    "advice",
    "order",
    "schema",
}


def test_a_run_that_succeeded_has_no_problems():
    report = build_report(SUCCEEDED)
    assert report.problems == ()
    assert report.cost is not None
    assert report.cost.total_usd == pytest.approx(2 * 1.44)
    assert report.cost.extra_usd == pytest.approx(2 * (1.44 - 0.36))
    text = to_markdown(report)
    assert text.startswith("# TIER 1 run manual: succeeded\n")
    assert "c7i.8xlarge to t3.2xlarge, running (wanted); 120 s, not usable for 90 s" in text


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"tasks": {"validate": "failed"}}, "validate failed: read its log"),
        ({"tasks": {"validate": "skipped"}}, "validate was skipped: to run it, clear validate"),
        ({"tasks": {"validate": "upstream_failed"}}, "validate did not run, because a task before failed"),
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
    report = build_report(replace(SUCCEEDED, **change))
    assert len(report.problems) == 1
    assert report.problems[0].startswith(problem)
    assert problem in to_markdown(report)
    assert to_markdown(report).startswith("# TIER 1 run manual: failed\n")


def test_work_that_never_began_has_no_cost():
    refused = replace(UPSIZE, type_after="t3.2xlarge", outcome="fallback", refused=("c7i.8xlarge: ...",))
    assert build_report(replace(SUCCEEDED, upsize=refused)).cost is None


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


def test_the_tasks_of_a_stored_report_are_in_the_order_of_the_run(conn):
    write_report(conn, build_report(SUCCEEDED))
    found = read_report(conn)
    assert found is not None
    assert list(found.tasks) == list(SUCCEEDED.tasks)
    assert to_markdown(found) == to_markdown(build_report(SUCCEEDED))


def test_the_facts_are_taken_as_xcom_holds_them():
    known = {key: value for key, value in AS_STORED.items() if key not in DERIVED}
    stored = build_report(Facts(**known)).to_json()
    assert {key: stored[key] for key in known} == known
    assert set(stored) == set(AS_STORED)


def test_a_report_of_an_older_or_newer_version_is_read():
    old = {"run_id": "old", "parameters": {"instance_id": "i-1"}, "problems": ["it rained"]}
    resize = {key: RESIZE_AS_STORED[key] for key in ("type_before", "type_after", "started", "finished")}
    read = Report.from_json(old | {"upsize": {**resize, "seconds": 3, "weather": "rain"}, "colour": "blue"})
    assert read.problems == ("it rained",)
    assert "* **it rained**" in to_markdown(read)


def test_a_report_follows_the_stated_schema():
    schema = json.loads((ROOT / "docs/reference/report.schema.json").read_text())
    check = Draft202012Validator(schema)
    for report in (AS_STORED, build_report(SUCCEEDED).to_json(), build_report(NO_PLAN).to_json()):
        assert [error.message for error in check.iter_errors(report)] == []
        assert report.keys() == schema["properties"].keys()
    assert [error.json_path for error in check.iter_errors(AS_STORED | {"schema": 1})] == ["$.schema"]


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
    [problem] = build_report(failed).problems
    assert problem.startswith(said)


def test_the_stages_are_a_table():
    some = replace(STAGE, computed=3)
    of_before = replace(some, cpu_seconds=None, month_seconds=0.0, at_once=0)
    text = to_markdown(build_report(replace(SUCCEEDED, stages=(some, of_before))))
    assert (
        "| stage | months | computed | rows | columns | seconds | processor s | waiting | at once |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        "| currency_indices | 12 | 3 | 93,600 | 224 | 50.0 | 100.0 | 75% | 8 |\n"
        "| currency_indices | 12 | 3 | 93,600 | 224 | 50.0 |  |  |  |\n\n"
    ) in text


def test_the_claims_are_told_with_their_figures_and_those_that_do_not_hold_twice():
    text = to_markdown(build_report(replace(SUCCEEDED, validation=(HOLDS, CONTRADICTED))))
    against = "| momentum is recomputed | 1,000 values | 3 | 0.25 relative error |\n"
    assert "2 claims were looked at; 1 does not hold:\n" in text
    assert text.count(against) == 2
    assert text.count("| keys are unique | 93,600 rows | 0 |  |\n") == 1


def test_claims_that_all_hold_are_told_once():
    text = to_markdown(build_report(SUCCEEDED))
    assert "1 claims were looked at; all hold.\n" in text


def test_the_evaluation_is_told():
    found = Evaluation(features=384, bars=10, empty="none", constant="a")
    text = to_markdown(build_report(replace(SUCCEEDED, evaluation=found)))
    assert "384 features on 10 bars; without any value: none; constant: a." in text


def test_what_was_estimated_stands_beside_what_was_measured():
    report = Report.from_json(AS_STORED)
    assert (
        "| estimated | 3 months: about 70 s here, 30 s on c7i.8xlarge; growing costs 2 x ~2 min of downtime "
        "and ~$0.08: slower in all, 70 s against 30 s + 3 min |\n| measured | 61 s in the stages |"
    ) in to_markdown(report)
    assert "| measured |" not in to_markdown(replace(report, estimate=None))


def test_a_run_without_a_resize_says_so_and_costs_nothing():
    report = build_report(UNTOUCHED)
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
    report = build_report(replace(UNTOUCHED, instance=instance))
    assert report.problems == ()
    assert [it[: len(warning or "")] for it in report.warnings] == ([warning] if warning else [])
    for text in report.warnings:
        assert f"* {text}" in to_markdown(report)


def test_what_an_earlier_try_has_left_big_is_the_runs_fault_whatever_was_decided_later():
    left = replace(SMALL, type="c7i.8xlarge", is_big=True, is_ours=True, holder="leased by run manual")
    problems = build_report(replace(UNTOUCHED, instance=left)).problems
    assert [it.partition(":")[0] for it in problems] == [
        "downsize was skipped",
        "i-1 is running as c7i.8xlarge, not running as t3.2xlarge",
    ]


def test_a_downsize_that_was_skipped_is_a_problem_where_the_run_resizes():
    report = build_report(replace(UNTOUCHED, no_resize=""))
    assert [it.partition(":")[0] for it in report.problems] == ["downsize was skipped"]
