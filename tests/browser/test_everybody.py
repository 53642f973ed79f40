"""The pages for everybody: by the keyboard alone, for readers of screens, on a telephone, light and dark."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.airflow.running import Running
from tests.browser.ui import Ui

pytestmark = pytest.mark.slow
PAGES = ["runs", "dag/tier1", "run/tier1?run_id={run_id}", "runs/{run_id}/report", "runbook"]
PHONE, DESK, WALL = 360, 1280, 3840


def test_no_page_keeps_anybody_out(ui: Ui, airflow: Running) -> None:
    """axe finds nothing to object to, and nothing has to be scrolled to the side."""
    ui.log_in()
    run = airflow.start()
    assert run.finishes() == "success"
    for address in PAGES:
        page = address.format(run_id=run.run_id)
        for theme in ("light", "dark"):
            for width in (PHONE, DESK, WALL):
                ui.page.set_viewport_size({"width": width, "height": 900})
                ui.page.emulate_media(color_scheme=theme)
                ui.page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
                ui.page.goto(f"{airflow.ports.ui_url}/tier1/{page}")
                expect(ui.page.get_by_role("heading").first).to_be_visible()
                found = Axe().run(ui.page)
                assert found.violations_count == 0, f"{page}, {theme}, {width} px:\n{found.generate_report()}"
                widest = ui.page.evaluate("document.documentElement.scrollWidth")
                assert widest <= width, f"{page}, {width} px"


def test_by_the_keyboard_alone(ui: Ui, airflow: Running) -> None:
    """From the first month of a stage to the second, and to the log of what made it."""
    ui.log_in()
    run = airflow.start(end_month="2024-02")
    assert run.finishes() == "success"
    ui.open_run(run)
    page = ui.tab("TIER 1")
    first = ui.cell(page, "stage_2_3", "2024-01")
    expect(first).to_be_visible()
    page.get_by_role("link", name="stage_2_3", exact=True).focus()
    ui.page.keyboard.press("Tab")
    expect(first).to_be_focused()
    ui.page.keyboard.press("ArrowRight")
    expect(ui.cell(page, "stage_2_3", "2024-02")).to_be_focused()
    ui.page.keyboard.press("Enter")
    ui.page.wait_for_url(re.compile("/tasks/stage_2_3/mapped/0"))
