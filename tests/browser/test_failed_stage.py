"""A stage fails: its error is two clicks away, and the run is mended where people look for it."""

import re

import pytest
from playwright.sync_api import expect

from tests.airflow.running import FIRST, Running
from tests.browser.ui import Ui

pytestmark = pytest.mark.slow


def test_a_failed_stage_is_cleared_in_the_dialog(ui: Ui, airflow: Running) -> None:
    ui.log_in()
    run = airflow.start()
    run.becomes("upsize", "deferred")
    with airflow.impossible_price(FIRST):
        run.becomes("stage_2_3", "failed")
        assert run.finishes() == "failed"
    airflow.instance_is("t3.2xlarge", "running")

    ui.open_run(run)
    page = ui.tab("TIER 1")
    expect(ui.advice(page)).to_contain_text("stage_2_3 failed")
    expect(ui.cell(page, "stage_2_3", FIRST)).to_have_class(re.compile("failed"))
    expect(page.get_by_text("small", exact=True)).to_be_visible()
    ui.shot("red")
    page.get_by_role("link", name="read its log").click()
    ui.page.wait_for_url("**/tasks/stage_2_3/**")
    expect(ui.page.get_by_role("link", name="tier1/runbook#").first).to_be_visible()
    ui.shot("error")

    ui.clear()
    run.goes_on()
    ui.open_run(run)
    page = ui.tab("TIER 1")
    expect(ui.advice(page)).to_contain_text("Nothing: all is well.", timeout=240_000)
    run.ends("success")
