"""Be the hardware of the simulated instance: its machine boots and shuts down as the simulated EC2 says.

The worker on it is that of `deploy/worker/`. Told to end, it goes on while a run has leased the instance: a
`docker compose down` ends that run first, see `caretaker`. Then the machine shuts down.
"""

import logging
import os
import signal
import sys
import time
from dataclasses import replace
from types import FrameType

import requests

from embedded.containers.environment import EC2_URL, SCRATCH, SECRETS, project, worker
from embedded.home import Home
from embedded.loopback import session
from embedded.machine import unit
from embedded.machine.hardware import Hardware, Wanted

log = logging.getLogger("embedded.machine")

LOOK_EVERY_SECONDS = 0.2
ANSWER_SECONDS = 5.0


class Follower:
    """Follows one instance."""

    def __init__(self, instance_id: str, hardware: Hardware, ec2_url: str = EC2_URL) -> None:
        self._id = instance_id
        self._hardware = hardware
        self._url = f"{ec2_url}/_control/machine"
        self._session = session()
        self._wanted: Wanted | None = None
        self._is_told_to_end = False

    def end(self, number: int, _: FrameType | None) -> None:
        """End, as soon as no run needs the machine."""
        self._is_told_to_end = True

    def run(self) -> None:
        """Follow it until told to end; an EC2 that does not answer changes nothing."""
        is_ending = False
        while not is_ending or self._hardware.is_on(self._id):
            answer = self._ask()
            self._wanted = answer or self._wanted
            is_ending = self._is_told_to_end and not (answer and answer.leased)
            if self._wanted:
                self._hardware.follow(replace(self._wanted, on=self._wanted.on and not is_ending))
            time.sleep(LOOK_EVERY_SECONDS)

    def _ask(self) -> Wanted | None:
        """Report how the machine is, and return what is wanted of it."""
        report = {
            "instance_id": self._id,
            "on": self._hardware.is_on(self._id),
            "dead": self._hardware.is_dead(self._id),
        }
        try:
            answer = self._session.post(self._url, json=report, timeout=ANSWER_SECONDS)
            return Wanted(**answer.json()) if answer.ok else None
        except (requests.RequestException, ValueError):
            return None


def furnish(home: Home) -> None:
    """Give the machine what a real one finds on its disk: the code, the worker's settings, its secret."""
    home.path.mkdir(parents=True, exist_ok=True)
    home.create()
    key = home.secrets / "jwt"
    key.unlink(missing_ok=True)
    key.symlink_to(SECRETS / "jwt_secret")
    unit.write_settings(home, worker(os.environ, home))


def main() -> None:
    """Follow the instance that the settings name."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(message)s")
    home = Home(SCRATCH / "tier1")
    furnish(home)
    follower = Follower(project(os.environ)["TIER1_INSTANCE_ID"], Hardware(home, own_logs=False))
    signal.signal(signal.SIGTERM, follower.end)
    follower.run()


if __name__ == "__main__":
    main()
