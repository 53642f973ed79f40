"""Run the simulated EC2: `python -m embedded.ec2 --port 0`."""

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from embedded.ec2.machines import look_on
from embedded.ec2.quotas import OnDemandStandard
from embedded.ec2.server import Environ, FirstInstance, SimulatedEC2
from embedded.ec2.simulated_instance import Timing
from embedded.home import Home
from embedded.machine.hardware import SHUTDOWN_SECONDS, Hardware

LOOPBACK = "127.0.0.1"  # the simulator asks nobody who they are, so only this machine may reach it


class Handler(MotoRequestHandler):
    """One HTTP connection."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the application logs each call by its name."""

    def connection_dropped(self, error: BaseException, environ: Environ | None = None) -> None:
        """Close at once where an answer is to get lost; werkzeug would wait for the next request on it."""
        self.close_connection = True


def arguments() -> argparse.Namespace:
    """Read the command line."""
    first, timing = FirstInstance(), Timing()
    parser = argparse.ArgumentParser(prog="python -m embedded.ec2", description=__doc__)
    parser.add_argument("--host", default=LOOPBACK, help="another one for a network of containers")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one, printed on the first line")
    parser.add_argument("--port-file", type=Path, help="write the port there as well")
    parser.add_argument("--instance-id", default=first.instance_id)
    parser.add_argument("--instance-type", default=first.instance_type)
    parser.add_argument("--transition-seconds", type=float, default=timing.transition)
    parser.add_argument("--status-check-seconds", type=float, default=timing.status_checks)
    parser.add_argument(
        "--machines", type=Path, help="boot a machine for each instance; its logs go below this folder"
    )
    parser.add_argument(
        "--shutdown-seconds",
        type=float,
        default=SHUTDOWN_SECONDS,
        help="how long a machine may take to shut down, before its power is cut",
    )
    parser.add_argument("--vcpu-quota", type=int, default=OnDemandStandard.vcpus)
    return parser.parse_args()


def main() -> None:
    """Serve until told to stop."""
    args = arguments()
    logging.basicConfig(stream=sys.stdout, level=logging.WARNING, format="%(asctime)s %(message)s")
    log = logging.getLogger("embedded.ec2")
    log.setLevel(logging.INFO)

    OnDemandStandard.allow(args.vcpu_quota)
    timing = Timing(args.transition_seconds, args.status_check_seconds)
    first = FirstInstance(args.instance_id, args.instance_type)
    ec2 = SimulatedEC2(first, timing)
    server = make_server(args.host, args.port, ec2, threaded=True, request_handler=Handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    where = f"http://{args.host}:{server.port}"
    log.info("simulated EC2 on %s with %s (%s)", where, args.instance_id, args.instance_type)
    if args.port_file:
        args.port_file.write_text(str(server.port))
    if not args.machines:
        server.serve_forever()  # without end
    threading.Thread(target=server.serve_forever, daemon=True).start()
    look_on(Hardware(Home(args.machines), args.shutdown_seconds), first.region)


if __name__ == "__main__":
    main()
