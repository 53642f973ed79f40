"""The embedded services together: what starts after what, what runs now, how all of it ends."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console

from embedded import airflow, aws, postgres
from embedded.console import step, wait_until
from embedded.environment import (
    Ports,
    airflow_environment,
    given_by_user,
    instance_id,
    project_environment,
    worker_settings,
)
from embedded.errors import EmbeddedError
from embedded.home import Home
from embedded.interrupts import undivided
from embedded.loopback import free_port, get
from embedded.machine import unit
from embedded.processes import Service, stop

START_SECONDS = 60.0
STOP_SECONDS = 5.0


class Services:
    """All embedded services of one checkout; `more` goes over Airflow's environment."""

    def __init__(self, home: Home, console: Console, more: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.console = console
        self._more = more or {}
        self._started = home.run / "started.json"

    @property
    def all(self) -> list[Service]:
        """Every service there may be, in the order of their start."""
        names = (*airflow.COMMANDS, "ec2", f"machine-{instance_id()}")
        return [postgres.postgres_service(self.home), *(Service(name, self.home) for name in names)]

    def running(self) -> Ports | None:
        """Return where the services listen, when all of them run."""
        started = self._read_started()
        if not started:
            return None
        ports = Ports(**started["ports"])
        needed = {"postgres", *airflow.COMMANDS, *(["ec2"] if ports.ec2 else [])}
        if any(service.pid is None for service in self.all if service.name in needed):
            return None
        return ports

    def for_this_environment(self) -> Ports | None:
        """Return the same for those who use them; raise where the environment is unclear or another one."""
        aws.require_clear()
        ports = self.running()
        if ports and self._read_started()["given"] != given_by_user(os.environ):
            raise EmbeddedError(
                "The services run, but they were started with another TIER1_AWS, AWS_ENDPOINT_URL (or AWS_*, "
                "where it is not simulated), TIER1_INSTANCE_ID or TIER1_DATABASE_URL. Say `make down` first."
            )
        return ports

    @property
    def stay(self) -> bool:
        """Whether the services that run were started by `make up`, not by a demo that was killed."""
        return self._read_started().get("stay", False)

    def start(self, ui_port: int, *, stay: bool) -> Ports:
        """Start everything and wait until it is ready; stop what was started when it cannot.

        `stay` notes that the services are to outlive the command that started them.
        """
        airflow.require_shared_memory()
        self.stop()  # what a crash may have left
        self.home.create()
        ports = Ports(ui=ui_port, ec2=free_port() if aws.is_simulated(os.environ) else None)
        try:
            self._start_all(ports)
        except BaseException:
            self.stop()
            raise
        record = {"ports": asdict(ports), "given": given_by_user(os.environ), "stay": stay}
        self._started.write_text(json.dumps(record))
        return ports

    def stop(self, grace_seconds: float = STOP_SECONDS) -> None:
        """Stop whatever runs, PostgreSQL last; nothing that was committed is lost."""
        self._started.unlink(missing_ok=True)
        _, *clients = self.all
        if not any(service.pid_file.exists() for service in self.all):
            return
        with undivided(), step(self.console, "Stopping the services"):
            stop(clients, grace_seconds)
            postgres.stop_postgres(self.home)

    def _read_started(self) -> dict[str, Any]:
        try:
            return json.loads(self._started.read_text())
        except (FileNotFoundError, ValueError):
            return {}

    def _start_all(self, ports: Ports) -> None:
        with step(self.console, "Starting PostgreSQL"):
            postgres.start_postgres(self.home)
        env = {**airflow_environment(self.home, ports), **self._more}
        if not airflow.is_migrated(self.home):
            with step(self.console, "Creating Airflow's tables (once)"):
                airflow.migrate(self.home, env)
        with step(self.console, "Starting the EC2 simulator and Airflow"):
            simulator = Service("ec2", self.home)
            if ports.ec2:
                self._start_simulator(simulator, ports)
            airflow.start(self.home, env, ports)
            if ports.ec2:
                wait_until(
                    lambda: get(f"{ports.ec2_url}/_control/health") is not None,
                    timeout=START_SECONDS,
                    what="The EC2 simulator",
                    check=simulator.require_running,
                )

    def _start_simulator(self, service: Service, ports: Ports) -> None:
        env = project_environment(self.home, ports)
        unit.write_settings(self.home, {**worker_settings(self.home, ports), **self._more})
        command = [
            sys.executable,
            "-m",
            "embedded.ec2",
            "--port",
            str(ports.ec2),
        ]
        command += ["--instance-id", env["TIER1_INSTANCE_ID"], "--machines", str(self.home.path)]
        service.start(command, env)
