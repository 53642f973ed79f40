"""The log of a failed task has the words of an expected error, and the traceback of any other."""

import io
import json
from types import SimpleNamespace

import pytest
import structlog
from airflow.sdk._shared.logging.structlog import structlog_processors
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from psycopg.errors import InsufficientPrivilege

from include.store.session import DatabaseUnreachableError
from tier1_tasks.short_errors import say_errors_in_short
from tier1_tasks.what_to_do import say_what_to_do


@pytest.fixture
def written():
    """What structlog writes as Airflow has set it up for a task."""
    before, written = structlog.get_config(), io.BytesIO()
    processors, _, as_json = structlog_processors(json_output=True)
    structlog.configure(
        processors=[*processors, as_json],
        logger_factory=structlog.BytesLoggerFactory(written),
        cache_logger_on_first_use=True,
    )
    yield written
    structlog.configure(**before)


def work(error):
    raise error


def fail(error):
    """As Airflow's `task_runner` does where a task raises this."""
    log = structlog.get_logger()
    log.info("::group::Pre Execute")  # it is in use before
    say_errors_in_short({})
    try:
        work(error)
    except BaseException:
        log.exception("Task failed with exception")
    say_what_to_do({"ti": SimpleNamespace(task_id="stage_2_4"), "exception": error})


EXPECTED = [
    AirflowException("what a trigger has found"),
    AirflowFailException("whatever the product says with this exception"),
    DatabaseUnreachableError("cannot connect to database 'x' on y as 'z': refused. Check it."),
    ValueError(
        "a price table is not as preflight found it: bqx.m1_x has no column close: set TIER1_CLOSE_COLUMN"
    ),
]
UNEXPECTED = [
    KeyError("instance_id"),
    TypeError("got an unexpected keyword argument 'months_at_once'"),
    PermissionError(13, "permission denied for table stage_2_3"),
    InsufficientPrivilege("permission denied for schema tier1"),
    TypeError("'NoneType' is not callable"),
    ValueError("the basket base at 2024-01-01 needs 8 finite values"),  # of which the runbook says: report it
]


@pytest.mark.parametrize("error", EXPECTED, ids=repr)
def test_of_an_expected_error_its_words_are_written_and_then_what_to_do(error, written, caplog):
    fail(error)
    *_, line = map(json.loads, written.getvalue().splitlines())
    assert (line["level"], line["event"]) == ("error", str(error))
    assert "exception" not in line
    assert [it.message for it in caplog.records if it.levelname == "ERROR"] == [caplog.messages[-1]]
    assert caplog.messages[-1].startswith("What to do: ")


@pytest.mark.parametrize("error", UNEXPECTED, ids=repr)
def test_another_error_keeps_its_traceback_and_is_said_again_below_it(error, written, caplog):
    fail(error)
    *_, line = map(json.loads, written.getvalue().splitlines())
    assert line["exception"][0]["frames"]
    *_, said, what_to_do = caplog.messages
    assert said == f"{type(error).__name__}: {error}"
    assert "What to do: " in what_to_do


def test_what_an_error_comes_from_keeps_its_traceback(written):
    error = AirflowException("The report could not be made: 'rows'")
    error.__cause__ = KeyError("rows")
    fail(error)
    assert json.loads(written.getvalue().splitlines()[-1])["exception"]


def test_a_traceback_that_somebody_else_writes_is_left_alone(written):
    say_errors_in_short({})
    try:
        work(AirflowFailException("expected"))
    except AirflowFailException:
        structlog.get_logger().exception("Failed to run task callback")
    assert json.loads(written.getvalue())["exception"]
