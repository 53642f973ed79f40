"""The log of a task that has failed ends with what the runbook has about it, and with its address."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.test_runbook import Message, messages
from tier1_tasks import runbook
from tier1_tasks.what_to_do import last_words, say_what_to_do

UI = "https://airflow.example.org"


@pytest.fixture(autouse=True)
def _ui(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", UI)


def test_what_to_do_is_that_of_the_runbook_and_its_section_is_linked() -> None:
    said = last_words("i-1 is a t3.2xlarge, but the stages need it running as c7i.8xlarge.", "stage_2_3")
    advice, url = said.rsplit("\n", 1)
    assert advice.startswith(
        "What to do: the stage was cleared without its setups. Clear it again with Downstream"
    )
    assert url == f"The runbook: {UI}/tier1/runbook#a-stage-failed"


@pytest.mark.parametrize(
    ("task_id", "anchor"),
    [
        ("preflight", "before-anything-was-touched"),
        ("approve", "approve-failed"),
        ("stage_2_16b", "a-stage-failed"),
        ("stage_2_4_complete", "a-stage-failed"),
        ("evaluate", "evaluate-failed-or-did-not-measure"),
        ("publish", "publish-failed"),
        ("verdict", "the-run-is-red-and-every-task-but-verdict-is-green"),
        ("find", "tier1_guard-is-red"),
    ],
)
def test_an_error_that_nobody_knows_leads_to_the_section_of_its_task(task_id: str, anchor: str) -> None:
    assert last_words("'NoneType' is not callable", task_id) == f"What to do: {UI}/tier1/runbook#{anchor}"


def test_every_message_of_the_product_leads_to_a_section() -> None:
    """A message stands in for all that it may become: one letter for each value."""
    lost = [str(it) for it in (*messages("plugins"), *messages("include")) if not found(it)]
    assert lost == []


def found(message: Message) -> bool:
    entry = runbook.look_up(message.text.replace("\0", "x"), "a task without a section")
    return entry is not None and entry.section != ""


def test_a_section_begins_where_the_page_has_its_heading() -> None:
    titles = re.findall(r"^#+ (.+)$", runbook.PAGE.read_text(), re.MULTILINE)
    assert {entry.anchor for entry in runbook.entries()} <= {runbook.anchor_of(title) for title in titles}


def test_a_host_that_has_only_the_code_has_the_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(runbook, "PAGE", tmp_path / "runbook.md")
    runbook.entries.cache_clear()
    assert last_words("whatever", "stage_2_3") == f"The runbook: {UI}/tier1/runbook"


def test_a_worker_that_is_not_told_where_the_ui_is_knows_the_api_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "")
    monkeypatch.setenv("AIRFLOW__EDGE__API_URL", f"{UI}/airflow/edge_worker/v1/rpcapi")
    assert f"{UI}/airflow/tier1/runbook#" in last_words("whatever", "validate")


def test_a_task_whose_process_was_killed_has_no_error(caplog: pytest.LogCaptureFixture) -> None:
    say_what_to_do({"ti": SimpleNamespace(task_id="stage_2_3")})
    assert f"{UI}/tier1/runbook#a-stage-failed" in caplog.text
