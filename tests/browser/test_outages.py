"""What the page says while something that it asks does not answer."""

import pytest
from playwright.sync_api import expect

from tests.airflow.running import Running
from tests.browser.ui import Ui

pytestmark = pytest.mark.slow


def test_the_database_is_stopped_and_started_again(ui: Ui, airflow: Running) -> None:
    ui.log_in()
    run = airflow.start()
    assert run.finishes() == "success"
    ui.open_run(run)
    page = ui.tab("TIER 1")
    stage = page.get_by_role("region", name="stage_2_3 ")
    expect(stage).to_contain_text("1 of 1 months")
    troubles = page.get_by_label("What could not be looked at")
    expect(troubles).to_be_hidden()

    airflow.prices_are_gone()
    expect(troubles).to_contain_text("The feature database", timeout=60_000)
    expect(troubles).to_contain_text("ago")
    expect(stage).to_contain_text("1 of 1 months")  # as of then: no zero
    ui.shot("stale")

    airflow.prices_are_there()
    expect(troubles).to_be_hidden(timeout=60_000)


def test_two_people_see_the_same(ui: Ui, other: Ui, airflow: Running) -> None:
    with airflow.at_a_stage(end_month="2024-02") as run:
        for person in (ui, other):
            person.log_in()
            person.open_run(run)
            page = person.tab("TIER 1")
            expect(page.get_by_role("region", name="stage_2_3 ")).to_contain_text("of 2 months")
    assert run.finishes() == "success"
    for person in (ui, other):
        page = person.frame()
        expect(person.advice(page)).to_contain_text("Nothing: all is well.", timeout=60_000)
