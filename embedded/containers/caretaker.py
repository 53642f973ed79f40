"""The last to start and the first to stop: says when a run can be triggered, and leaves none behind.

It depends on all of Airflow's services, so that `docker compose down` ends it before any of them. Then it
marks the runs that are on as failed, and waits until their teardowns have made the instance small.
"""

import contextlib
import logging
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

from embedded.airflow import all_healthy, takes_tasks
from embedded.airflow_api import DAG_ID, FINISHED_RUN, AirflowApi, NoAnswerError
from embedded.containers.environment import API_URL, SCRATCH, ui_password
from embedded.errors import EmbeddedError

log = logging.getLogger("embedded.caretaker")

READY = SCRATCH / "ready"
LOOK_EVERY_SECONDS = 2.0
# Where all containers are told to end at once, as when the machine shuts down, Airflow is gone by then:
# its runs go on when it comes back.
AFTER_ALL_SECONDS = 5.0


class Told:
    """Whether this process was told to end."""

    def __init__(self) -> None:
        self.to_end = False

    def end(self, number: int, _: FrameType | None) -> None:
        """Take note."""
        self.to_end = True


def main() -> None:
    """Wait until a run can be triggered, then until told to end."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(message)s")
    told = Told()
    signal.signal(signal.SIGTERM, told.end)
    if wait(is_ready, told):
        log.info("Ready: the DAG %s can be triggered.", DAG_ID)
        READY.touch()
        wait(lambda: False, told)
    time.sleep(AFTER_ALL_SECONDS)
    if not all_healthy(API_URL):
        log.warning("Airflow ends as well, or is not well: its runs go on when it starts again.")
        return
    try:
        end_runs()
    except EmbeddedError as error:
        log.warning("%s The runs that are on go on when Airflow starts again.", error)


def wait(until: Callable[[], bool], told: Told) -> bool:
    """Wait for it; tell whether it came before this process was told to end."""
    while not told.to_end:
        if until():
            return True
        time.sleep(LOOK_EVERY_SECONDS)
    return False


def is_ready() -> bool:
    """Tell whether all of Airflow is well and has read the DAG."""
    with contextlib.suppress(EmbeddedError):
        return takes_tasks(API_URL) and all_healthy(API_URL) and api().is_parsed()
    return False


def end_runs() -> None:
    """Mark the runs that are on as failed, and wait for their teardowns: Docker bounds the time."""
    airflow = api()
    for run_id in airflow.unfinished_runs():
        log.warning("Ending the run %s: its teardown makes the instance small.", run_id)
        airflow.mark_failed(run_id)
        while not _has_ended(airflow, run_id):
            time.sleep(LOOK_EVERY_SECONDS)
        log.info("The run %s has ended.", run_id)


def _has_ended(airflow: AirflowApi, run_id: str) -> bool:
    with contextlib.suppress(NoAnswerError):  # one look of many
        return airflow.run_state(run_id) in FINISHED_RUN
    return False


def api() -> AirflowApi:
    """Log in."""
    return AirflowApi(API_URL, *ui_password())


if __name__ == "__main__":
    main()
