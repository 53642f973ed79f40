"""Be the machine of an instance that runs: `python -m embedded.machine --home H --instance-id I ...`."""

import argparse
import logging
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from werkzeug.serving import make_server

from embedded.home import Home
from embedded.loopback import LOOPBACK
from embedded.machine.metadata_service import MetadataService
from embedded.machine.unit import RESTART_SECONDS, STOP_SECONDS, environment, worker_command

log = logging.getLogger("embedded.machine")

LOOK_EVERY_SECONDS = 0.1


class Init:
    """Starts the worker, starts it again when it has ended, and ends it when the machine is shut down."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self._command = command
        self._env = env
        # no Event: a handler that sets one may hang where it interrupts the wait for it
        self._shut_down = False
        self._worker: subprocess.Popen[bytes] | None = None

    def shut_down(self, number: int, _: FrameType | None) -> None:
        """End the worker, as systemd does; it tells its tasks."""
        self._shut_down = True
        if self._worker:
            self._worker.terminate()

    def run(self) -> None:
        """Keep the worker running until the machine is shut down."""
        while not self._shut_down:
            self._worker = subprocess.Popen(self._command, env=self._env)
            if self._shut_down:  # it came while the worker was being started
                self._worker.terminate()
            self._wait(self._worker)
            log.info("The worker has ended: %s", self._worker.returncode)
            again = time.monotonic() + RESTART_SECONDS
            while not self._shut_down and time.monotonic() < again:
                time.sleep(LOOK_EVERY_SECONDS)

    def _wait(self, worker: subprocess.Popen[bytes]) -> None:
        while worker.poll() is None and not self._shut_down:
            time.sleep(LOOK_EVERY_SECONDS)
        try:
            worker.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def main() -> None:
    """Boot, and run until told to shut down."""
    parser = argparse.ArgumentParser(prog="python -m embedded.machine", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--instance-id", required=True)
    parser.add_argument("--instance-type", required=True)
    parser.add_argument("--region", required=True)
    args = parser.parse_args()
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(message)s")
    metadata = MetadataService(args.instance_id, args.instance_type, args.region)
    server = make_server(LOOPBACK, 0, metadata, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = Home(args.home)
    endpoint = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://{LOOPBACK}:{server.port}"}
    env = environment(home, args.instance_id) | endpoint | {"INSTANCE_TYPE": args.instance_type}
    init = Init(worker_command(home, env), env)
    signal.signal(signal.SIGTERM, init.shut_down)
    log.info("%s has booted as %s", args.instance_id, args.instance_type)
    init.run()


if __name__ == "__main__":
    main()
