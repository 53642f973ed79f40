"""The report says all that is not well, and what the instance ended as."""

from dataclasses import replace

import pytest

from include.report.report import Facts, build_report, to_markdown

USD = {"t3.2xlarge": 0.3328, "c7i.8xlarge": 1.428}
RESIZE = {
    "started": "2026-01-01T10:00:00+00:00",
    "finished": "2026-01-01T10:02:00+00:00",
    "seconds": 120.0,
    "downtime_seconds": 90.0,
    "state": "running",
    "outcome": "wanted",
    "refused": [],
}
UPSIZE = RESIZE | {"type_before": "t3.2xlarge", "type_after": "c7i.8xlarge"}
DOWNSIZE = RESIZE | {
    "type_before": "c7i.8xlarge",
    "type_after": "t3.2xlarge",
    "finished": "2026-01-01T12:00:00+00:00",
}
REFUSED = "t3.2xlarge: InsufficientInstanceCapacity: no capacity (7 times)"
WELL = Facts(
    run_id="manual",
    parameters={"instance_id": "i-1", "base_type": "t3.2xlarge"},
    plan={"first_month": "2025-01", "last_month": "2025-12"},
    tasks={"preflight": "success", "approve": "skipped", "upsize": "success", "downsize": "success"},
    stages=[],
    upsize=UPSIZE,
    downsize=DOWNSIZE,
    evaluation=None,
    instance={"type": "t3.2xlarge", "state": "running"},
)


def test_nothing_is_wrong_where_all_is_well():
    report = build_report(WELL, USD)
    assert report["problems"] == []
    assert report["cost"]["total_usd"] == pytest.approx(2 * 1.428)
    text = to_markdown(report)
    assert "green" in text
    assert "c7i.8xlarge to t3.2xlarge, running (wanted); 120 s, not usable for 90 s" in text


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"tasks": {"validate": "failed"}}, "validate is failed"),
        ({"tasks": {"validate": "skipped"}}, "validate is skipped"),
        ({"tasks": {"publish": None}}, "publish is not run"),
        ({"instance": None}, "AWS does not say what i-1 is now"),
        ({"instance": {"type": "c7i.8xlarge", "state": "running"}}, "i-1 is running as c7i.8xlarge"),
        ({"instance": {"type": "t3.2xlarge", "state": "stopped"}}, "i-1 is stopped as t3.2xlarge"),
        (
            {
                "downsize": DOWNSIZE
                | {"type_after": "t3a.2xlarge", "outcome": "fallback", "refused": [REFUSED]}
            },
            f"downsize ended running as t3a.2xlarge, since AWS refused: {REFUSED}",
        ),
        (
            {"downsize": DOWNSIZE | {"state": "stopped", "outcome": "stopped", "refused": [REFUSED]}},
            "downsize ended stopped as t3.2xlarge",
        ),
    ],
)
def test_what_is_wrong_is_said_in_the_report_and_its_text(change, problem):
    report = build_report(replace(WELL, **change), USD)
    assert len(report["problems"]) == 1
    assert report["problems"][0].startswith(problem)
    assert problem in to_markdown(report)
    assert "red" in to_markdown(report)


def test_work_that_never_began_has_no_cost():
    refused = UPSIZE | {"type_after": "t3.2xlarge", "outcome": "fallback", "refused": ["c7i.8xlarge: ..."]}
    assert build_report(replace(WELL, upsize=refused), USD)["cost"] is None
