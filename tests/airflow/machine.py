"""The machine of the simulated instance, in the hands of those who break it."""

import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from embedded.aws import REGION
from embedded.environment import INSTANCE_ID
from embedded.home import Home
from embedded.machine import unit
from embedded.machine.metadata_service import MetadataService
from embedded.processes import Service
from tests.airflow.waiting import eventually
from tests.ec2.simulator import WORK
from tests.metadata import ENDPOINT, serving


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the process with the block."""
    try:
        yield
    finally:
        process.terminate()
        process.wait()


class Machine:
    """Its processes, its settings, its files."""

    def __init__(self, home: Home, folder: Path) -> None:
        self._home = home
        self._folder = folder
        self._project = home.project
        self._own_settings = ""
        self._service = Service(f"machine-{INSTANCE_ID}", home)

    def loses_power(self) -> None:
        """End all its processes with -9."""
        self._service.send(signal.SIGKILL)
        eventually(lambda: not self._service.members())

    @property
    def secret(self) -> str:
        """What the worker proves itself with."""
        return unit.environment(self._home, INSTANCE_ID)["AIRFLOW__API_AUTH__JWT_SECRET"]

    @contextmanager
    def another(self, name: str) -> Iterator[None]:
        """Another worker listens on the same queue: on an instance, as its metadata service says."""
        service = MetadataService(name, WORK, REGION)
        with serving(service) as url, (self._home.logs / f"{name}.log").open("wb") as log:
            env = unit.environment(self._home, name)
            env |= {"AIRFLOW_HOME": str(self._folder / name), ENDPOINT: url}
            command = unit.worker_command(self._home, env)
            worker = subprocess.Popen(
                command, env=env, cwd=self._home.path, stdout=log, stderr=log, start_new_session=True
            )
            with ended(worker):
                yield

    @contextmanager
    def other_files(self) -> Iterator[None]:
        """Let it have, from its next boot on, files of another version."""
        other = self._folder / "other"
        shutil.copytree(self._project, other)
        (other / "include" / "another.py").write_text("# another version\n")
        code = self._home.machine / "current"
        ours = code.readlink()
        code.unlink()
        code.symlink_to(other)
        try:
            yield
        finally:
            code.unlink()
            code.symlink_to(ours)
            shutil.rmtree(other)

    def change_settings(self, settings: Mapping[str, str]) -> None:
        """Let the worker have, from its next boot on, these settings instead of its own."""
        file = unit.settings_file(self._home)
        self._own_settings = self._own_settings or file.read_text()
        file.write_text(self._own_settings + "".join(f"{name}={value}\n" for name, value in settings.items()))
