"""What a person does in Airflow's UI (3.3.2), through what they see: names of buttons, links and fields."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page, expect

from embedded.credentials import UI_USER, ui_password
from tests.airflow.run import Run
from tests.airflow.running import Running

FRAME = "iframe"


@dataclass
class Ui:
    """One person's browser.

    Attributes:
        page: the tab that they look at.
        airflow: what runs behind it.
        seen: where screenshots go.
    """

    page: Page
    airflow: Running
    seen: Path

    def log_in(self) -> None:
        """From the address alone."""
        self.page.goto(self.airflow.ports.ui_url)
        self.page.get_by_label("Username").fill(UI_USER)
        self.page.get_by_label("Password").first.fill(ui_password(self.airflow.home))
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("link", name="Dags", exact=True)).to_be_visible()

    def open_dag(self) -> None:
        """Home > Dags > tier1."""
        self.page.get_by_role("link", name="Dags", exact=True).click()
        self.page.get_by_test_id("dag-id").get_by_text("tier1", exact=True).click()
        self.page.wait_for_url("**/dags/tier1")
        expect(self.page.get_by_role("button", name="Dag Docs")).to_be_visible()

    def dag_docs(self) -> Locator:
        """What the book beside the DAG's name opens."""
        self.page.get_by_role("button", name="Dag Docs").click()
        return self.page.get_by_role("dialog")

    def trigger(self, first: str, last: str, *, ask: bool = True) -> Run:
        """Fill in the form, and start a run."""
        self.page.get_by_role("button", name="Trigger Dag").click()
        form = self.page.get_by_role("dialog")
        self.field(form, "First month").get_by_role("textbox").fill(first)
        self.field(form, "Last month").get_by_role("textbox").fill(last)
        if not ask:
            self.switch(form, "Ask before anything is done")
        form.get_by_role("button", name="What is computed").click()
        self.switch(form, "Profile the features")
        self.shot("form")
        form.get_by_role("button", name="Trigger", exact=True).click()
        self.page.wait_for_url("**/runs/**")
        return self.run()

    def run(self) -> Run:
        """The run whose page is open."""
        found = re.search(r"/runs/([^/?]+)", self.page.url)
        assert found, self.page.url
        return Run(self.airflow, self.airflow.tier1, found[1])

    def field(self, form: Locator, title: str) -> Locator:
        """A field of the form."""
        return form.get_by_role("group").filter(has_text=title)

    def switch(self, form: Locator, title: str) -> None:
        """Flip a switch: the box that a reader of screens is told of lies hidden in its label."""
        form.get_by_role("checkbox", name=title).locator("xpath=..").click()

    def tab(self, name: str) -> FrameLocator:
        """Open one of our tabs, beside Airflow's own; what is in it."""
        # the entry of all runs, at the left, has the same name as the tab of a run
        self.page.locator("a[href^='/dags/']").get_by_text(name, exact=True).click()
        return self.frame()

    def frame(self) -> FrameLocator:
        """What is in the tab that is open."""
        return self.page.frame_locator(FRAME)

    def open_run(self, run: Run) -> None:
        """The page of a run, as a bookmark opens it."""
        self.page.goto(f"{self.airflow.ports.ui_url}/dags/tier1/runs/{run.run_id}")

    def cell(self, page: FrameLocator, stage: str, month: str) -> Locator:
        """The cell of a month."""
        return page.locator(f"[id='{stage}-{month}']")

    def advice(self, page: FrameLocator) -> Locator:
        """What the page says that one does now."""
        return page.locator("[data-part=next]")

    def clear(self) -> None:
        """Clear the task that is open, with what is ticked when the dialog opens."""
        self.page.get_by_role("button", name="clear", exact=False).first.click()
        dialog = self.page.get_by_role("dialog")
        self.shot("clear")
        dialog.get_by_role("button", name="Confirm").click()
        expect(dialog).to_be_hidden()

    def shot(self, name: str) -> None:
        """Keep what is seen now."""
        self.page.screenshot(path=self.seen / f"{name}.png")
