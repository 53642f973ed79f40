"""The project in containers, as somebody has it who has just cloned it."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from embedded.airflow_api import FINISHED_RUN, AirflowApi
from embedded.environment import INSTANCE_ID
from embedded.errors import EmbeddedError
from embedded.loopback import free_port
from include.settings import ROOT
from tests.airflow.waiting import eventually
from tests.compose.engine import Engine, run

SERVICES = (
    "postgres",
    "api-server",
    "scheduler",
    "dag-processor",
    "triggerer",
    "caretaker",
    "ec2",
    "machine",
)
COMPOSE_2, COMPOSE_1 = ("docker", "compose"), ("docker-compose",)
UP_SECONDS, RUN_SECONDS = 300, 600
CREDENTIAL = "AWS4-HMAC-SHA256 Credential=simulated/20260101/us-east-1/ec2/aws4_request"
CONF = {
    "require_approval": False,
    "evaluate": False,
    "force": True,
    "start_month": "2024-01",
    "end_month": "2024-03",
}


@dataclass
class Stack:
    """A clone of the project, its `make compose-env`, and its containers.

    Attributes:
        engine: where they run.
        path: the clone; its last part is what Compose calls the project.
        tool: the command of the Compose that is used.
    """

    engine: Engine
    path: Path
    tool: tuple[str, ...] = COMPOSE_2

    def clone(self) -> None:
        """Copy what is in the repository, or would be with the next commit, and nothing else."""
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).exists():
                (self.path / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.path / name)

    @cached_property
    def port(self) -> int:
        """Where the UI is published: 8080 may be taken."""
        return free_port()

    def make_env(self) -> str:
        """Run `make compose-env`, with a setting of the user's."""
        chosen = {"TIER1_UI_PORT": str(self.port), "TIER1_STAGE_RETRIES": "1"}
        return run(["make", "compose-env"], self.engine.env | chosen, self.path)

    def set(self, name: str, value: str) -> None:
        """Write a setting of Airflow's own, as the documentation says."""
        with (self.path / "tier1.env").open("a") as file:
            file.write(f"{name}={value}\n")

    def compose(self, *arguments: str, seconds: float = 900) -> str:
        """Run Compose."""
        profile = ("--profile", "simulated")
        return run([*self.tool, *profile, *arguments], self.engine.env, self.path, seconds)

    def up(self) -> None:
        """Start everything, and wait until all of it is well."""
        self.compose("up", "--detach")
        eventually(lambda: self.ill() == [], UP_SECONDS)

    def remove(self) -> None:
        """Remove everything, however the tests have left it."""
        self.tool = COMPOSE_2
        # at once: a run that is on need not end well any more
        if containers := [it["Id"] for it in self.containers()]:
            self.engine.docker("rm", "--force", "--volumes", *containers)
        self.compose("down", "--volumes", "--remove-orphans")

    def ill(self) -> list[str]:
        """Which services do not run, or are not healthy, as far as they can tell."""
        states = {
            it["Config"]["Labels"]["com.docker.compose.service"]: it["State"] for it in self.containers()
        }
        return [
            name
            for name in SERVICES
            if name not in states
            or not states[name]["Running"]
            or states[name].get("Health", {"Status": "healthy"})["Status"] != "healthy"
        ]

    def containers(self) -> list[dict[str, Any]]:
        """What `docker inspect` says of each container."""
        ids = self.engine.docker("ps", "--all", "--quiet", "--filter", f"label={self.label}").split()
        return json.loads(self.engine.docker("inspect", *ids)) if ids else []

    @property
    def label(self) -> str:
        """What everything that Compose makes for this project bears."""
        return f"com.docker.compose.project={self.path.name}"

    def container(self, service: str) -> dict[str, Any]:
        """What `docker inspect` says of the container of a service."""
        [found] = [
            it for it in self.containers() if it["Config"]["Labels"]["com.docker.compose.service"] == service
        ]
        return found

    def main_process(self, service: str) -> Path:
        """The folder of the container's first process in /proc of this machine."""
        return Path("/proc") / str(self.container(service)["State"]["Pid"])

    def inside(self, service: str, *command: str) -> str:
        """Run a command in a container."""
        return self.engine.docker("exec", self.container(service)["Id"], *command)

    def crash(self, *services: str) -> None:
        """End the containers' first processes from outside, as a crash does; `docker kill` is a wish."""
        before = {service: self.container(service) for service in services}
        for container in before.values():
            os.kill(container["State"]["Pid"], signal.SIGKILL)
        for service, container in before.items():
            eventually(lambda s=service, c=container: self.container(s)["RestartCount"] > c["RestartCount"])

    @contextmanager
    def heard(self, *services: str) -> Iterator[Callable[[], str]]:
        """What the services say from now on, until they are gone."""
        with tempfile.TemporaryFile("w+") as file:
            command = [
                *self.tool,
                "--profile",
                "simulated",
                "logs",
                "--follow",
                "--tail=0",
                "--no-color",
                *services,
            ]
            listener = subprocess.Popen(command, env=self.engine.env, cwd=self.path, stdout=file, stderr=file)

            def said() -> str:
                listener.wait(UP_SECONDS)
                file.seek(0)
                return file.read()

            try:
                yield said
            finally:
                listener.kill()
                listener.wait()

    def secrets(self) -> dict[str, str]:
        """What must be seen nowhere, by the names of the files."""
        texts = {it.name: it.read_text().strip() for it in (self.path / ".secrets").iterdir()}
        passwords = json.loads(texts.pop("passwords.json"))
        texts["jwt_private_key"] = texts["jwt_private_key"].splitlines()[1]
        return {name: text for name, text in (texts | passwords).items() if text}

    def api(self) -> AirflowApi:
        """The DAG, in the hands of the user whose password `make compose-env` has written."""
        passwords = json.loads((self.path / ".secrets/passwords.json").read_text())
        [(user, password)] = passwords.items()
        return AirflowApi(f"http://127.0.0.1:{self.port}", user, password)

    def instance(self) -> tuple[str, str]:
        """The type and the state of the simulated instance."""
        question = ["--header", f"Authorization: {CREDENTIAL}", "--data"]
        question += [f"Action=DescribeInstances&Version=2016-11-15&InstanceId.1={INSTANCE_ID}"]
        answer = self.inside("ec2", "curl", "--silent", "--fail", *question, "http://127.0.0.1:5000/")
        kind = re.search("<instanceType>(.*?)</instanceType>", answer)
        state = re.search(r"<instanceState>.*?<name>(.*?)</name>", answer, re.DOTALL)
        assert kind, answer
        assert state, answer
        return kind[1], state[1]

    def types(self) -> list[str]:
        """The types that the instance was given since the simulator started, the first one not counted."""
        calls = json.loads(
            self.inside("ec2", "curl", "--silent", "--fail", "http://127.0.0.1:5000/_control/calls")
        )
        return [
            call["params"]["InstanceType.Value"]
            for call in calls
            if call["action"] == "ModifyInstanceAttribute" and not (call["dry_run"] or call["error"])
        ]  # fmt: skip


@dataclass
class Run:
    """A run of the DAG."""

    stack: Stack
    run_id: str

    def starts(self, **conf: Any) -> None:
        """Trigger it, as the UI does."""
        self.stack.api().trigger(self.run_id, CONF | conf)

    def states(self) -> dict[str, str | None]:
        """The state of each task; nothing where Airflow does not answer just now."""
        try:
            return {task.task_id: task.state for task in self.stack.api().tasks(self.run_id)}
        except (EmbeddedError, OSError):
            return {}

    def hosts(self) -> dict[str, str | None]:
        """Where each task has run."""
        return {task.task_id: task.host for task in self.stack.api().tasks(self.run_id)}

    def attempts(self) -> dict[str, int]:
        """How often each task was tried."""
        return {task.task_id: task.attempt for task in self.stack.api().tasks(self.run_id)}

    def becomes(self, task_id: str, *states: str) -> None:
        """Wait until a task is in one of the states."""
        eventually(lambda: self.states().get(task_id) in states, RUN_SECONDS)

    def state(self) -> str:
        """The state of the run; nothing where Airflow does not answer just now."""
        try:
            return self.stack.api().run_state(self.run_id)
        except (EmbeddedError, OSError):
            return ""

    def ends(self) -> str:
        """Wait for its end, and return its state."""
        eventually(lambda: self.state() in FINISHED_RUN, RUN_SECONDS)
        return self.state()
