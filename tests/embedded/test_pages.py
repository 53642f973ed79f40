"""Whoever has started the services is told where to click first."""

from embedded.environment import Ports
from embedded.pages import first_steps, page_of_run

PORTS = Ports(ui=8080, ec2=None)


def test_who_has_prices_is_sent_to_the_page_that_says_what_a_run_would_do() -> None:
    assert list(first_steps(PORTS, has_prices=True)) == [
        "Begin at http://127.0.0.1:8080/dags/tier1/plugin/tier1-before: log in, look what a run would do, "
        "then press Trigger."
    ]


def test_who_has_none_is_told_how_to_load_some_first() -> None:
    assert next(first_steps(PORTS, has_prices=False)).endswith("./tier1 load ecb")


def test_the_page_of_a_run_is_the_tab_whatever_is_in_its_id() -> None:
    page = page_of_run(PORTS, "manual__2026-01-01T00:00:00+00:00")
    assert page.endswith("/dags/tier1/runs/manual__2026-01-01T00%3A00%3A00%2B00%3A00/plugin/tier1")
