"""Somebody who has never seen Airflow runs the whole job, from its address alone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from playwright.sync_api import FrameLocator, expect

from tests.airflow.running import FIRST, Running
from tests.airflow.waiting import eventually
from tests.browser.ui import Ui

pytestmark = pytest.mark.slow
STAGES = ["stage_2_3", "stage_2_4", "stage_2_16b"]


@contextmanager
def no_marker_is_written(airflow: Running) -> Iterator[None]:
    """For as long as the block takes, a stage computes its first months, and waits: there is time to look."""
    with psycopg.connect(airflow.features) as conn:
        conn.execute("lock table tier1.completion_marker in share mode")
        yield


def seconds_left(page: FrameLocator) -> int | None:
    """How long the run takes yet, as the page says it; None where it does not say."""
    said = page.get_by_role("region", name="Time").inner_text()
    found = re.search(r"about (?:(\d+) min )?(\d+) s left", said)
    return 60 * int(found[1] or 0) + int(found[2]) if found else None


def test_the_whole_job(ui: Ui, airflow: Running) -> None:
    ui.log_in()
    ui.open_dag()
    docs = ui.dag_docs()
    expect(docs).to_contain_text("A stage failed?")
    docs.get_by_role("button", name="Close").click()

    before = ui.tab("Before a run")
    expect(before.get_by_role("heading", name="The instance now")).to_be_visible()
    expect(before.get_by_role("row", name="always")).to_contain_text("$")
    ui.shot("before")

    run = ui.trigger(FIRST, "2024-03")
    page = ui.tab("TIER 1")
    page.get_by_role("link", name="Answer the question").click(timeout=180_000)
    ui.page.get_by_role("button", name="Resize and compute").click()

    run.becomes("verify_host", "running", "success", seconds=180)
    with no_marker_is_written(airflow):
        ui.open_run(run)
        page = ui.tab("TIER 1")
        expect(page.get_by_text("big", exact=True)).to_be_visible()
        # the first month may still be valid, of a test before
        expect(ui.cell(page, "stage_2_3", "2024-02")).to_have_class(re.compile("running"))
        expect(page.get_by_role("region", name="Time")).to_contain_text("s left")
        ui.shot("live")
        at_first = seconds_left(page) or 0
    eventually(lambda: (seconds_left(page) or at_first) < at_first, 120)
    for stage in STAGES:
        expect(ui.cell(page, stage, "2024-03")).to_have_class(re.compile("done|valid"), timeout=120_000)
    expect(ui.advice(page)).to_contain_text("Nothing: all is well.", timeout=180_000)
    ui.shot("green")
    assert run.finishes() == "success"
    airflow.instance_is("t3.2xlarge", "running")

    page.get_by_text("Show it here").click()
    report = page.frame_locator("#report-frame")
    expect(report.get_by_role("heading").first).to_be_visible()
    ui.shot("report")

    ui.cell(page, "stage_2_3", "2024-02").click()
    ui.page.wait_for_url("**/tasks/stage_2_3/mapped/0**")
    expect(ui.page.get_by_text(re.compile(r"2024-02.*rows"))).to_be_visible()
    ui.shot("log")
