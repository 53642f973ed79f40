"""What the instance was, and when, seen from outside."""

import threading
import time

from botocore.exceptions import BotoCoreError, ClientError

from tests.airflow.aws import Aws

LOOK_EVERY_SECONDS = 0.3


class Watch:
    """Looks at the instance until it is stopped, and remembers every change.

    Attributes:
        changes: since when (seconds since the epoch) it was (type, state), oldest first.
    """

    def __init__(self, aws: Aws) -> None:
        self.changes = [(time.time(), aws.outcome())]
        self._aws = aws
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def during(self, start: float, end: float) -> set[tuple[str, str]]:
        """All that it was between two moments."""
        ends = [since for since, _ in self.changes[1:]] + [float("inf")]
        return {
            what
            for (since, what), until in zip(self.changes, ends, strict=True)
            if since < end and until > start
        }

    def seconds_until_now(self, moment: float) -> float:
        """How long after the moment the instance became what it still is; 0 where it was that already."""
        return max(0.0, self.changes[-1][0] - moment)

    def _look_on(self) -> None:
        while not self._over.wait(LOOK_EVERY_SECONDS):
            try:
                what = self._aws.outcome()
            except (BotoCoreError, ClientError):  # a fault that was meant for Airflow
                continue
            if what != self.changes[-1][1]:
                self.changes.append((time.time(), what))
