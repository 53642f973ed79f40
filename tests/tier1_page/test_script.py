"""What the page's script does with the answers that it gets, in a real browser but without Airflow."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.browser.chromium import launched
from tests.tier1_page import made_up
from tier1_page.rendering import HEADERS, _templates, page

HERE = "http://airflow.test/tier1/run/tier1?run_id=x"
LIVE = _templates.get_template("run.html.j2").render(view=made_up.page(), up="../", airflow="../../")
OVER = _templates.get_template("run.html.j2").render(view=made_up.succeeded(), up="../", airflow="../../")
# as Airflow shows it: the frame may neither leave its place nor open a tab
SHELL = """<!doctype html><title>Airflow</title>
<iframe sandbox="allow-scripts allow-same-origin allow-forms" src="/tier1/run/tier1?run_id=x"></iframe>"""
GONE = page("no_run.html.j2", status=404, run_id=made_up.RUN_ID)


def answer(tab: Page, text: str, status: int = 200) -> None:
    """From now on the server answers with this."""

    def fulfil(route: Route) -> None:
        route.fulfill(status=status, body=text, headers=HEADERS, content_type="text/html")

    tab.unroute_all()
    tab.route("**/*", fulfil)


def test_a_run_that_is_deleted_while_its_page_is_open_is_said_to_be_gone_in_words():
    with launched() as browser:
        tab = browser.new_page()
        expect.set_options(timeout=30_000)
        answer(tab, LIVE)
        tab.goto(HERE)
        expect(tab.get_by_role("heading", name="stage_2_4")).to_be_visible()
        answer(tab, "<h1>Not Found</h1>", 404)  # of somebody who is not Airflow
        expect(tab.locator("#stale")).to_contain_text("No answer from Airflow: status 404")
        expect(tab.get_by_role("heading", name="stage_2_4")).to_be_visible()
        answer(tab, GONE.body.decode(), 404)
        expect(tab.get_by_role("heading", name="This run is not there")).to_be_visible()
        expect(tab.locator("#stale")).to_be_empty()
        expect(tab.locator("#say")).to_have_text("This run is no longer there.")
        assert tab.get_by_role("link", name="the last runs").evaluate("it => it.href").endswith("/tier1/runs")
        assert Axe().run(tab).violations_count == 0


def test_the_report_opens_in_a_tab_of_its_own_also_from_within_airflow():
    with launched() as browser:
        tab = browser.new_page()

        def fulfil(route: Route) -> None:
            body = SHELL if route.request.url.endswith("/shell") else OVER
            headers = {} if body is SHELL else HEADERS
            route.fulfill(status=200, body=body, headers=headers, content_type="text/html")

        tab.context.route("**/*", fulfil)
        tab.goto("http://airflow.test/shell")
        with tab.context.expect_page() as opened:
            tab.frame_locator("iframe").get_by_role("link", name="The report of this run").click()
        assert opened.value.url.endswith("/report")
        assert tab.url.endswith("/shell")


def test_the_clock_has_24_hours_as_airflows_has_whatever_the_browsers_language():
    with launched() as browser:
        tab = browser.new_page(locale="en-US", timezone_id="UTC")
        answer(tab, OVER)
        tab.goto(HERE)
        moment = tab.locator("time[data-as=clock]").first
        expect(moment).to_have_text(re.compile(f"{made_up.at(0):%H:%M:%S}$"))
