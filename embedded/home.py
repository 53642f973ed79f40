"""Where the embedded services keep what they write."""

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Home:
    """The directory that holds everything which the services leave on disk; `make clean` removes it.

    Attributes:
        path: the directory.
        project: the project that the services work on: its `dags/`, `plugins/` and `include/`.
    """

    path: Path = REPOSITORY / ".tier1"
    project: Path = REPOSITORY

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data directory: Airflow's metadata and the features."""
        return self.path / "postgres"

    @property
    def airflow(self) -> Path:
        """What Airflow calls AIRFLOW_HOME."""
        return self.path / "airflow"

    @property
    def machine(self) -> Path:
        """What the worker on the simulated instance calls AIRFLOW_HOME."""
        return self.path / "machine"

    @property
    def logs(self) -> Path:
        """One log per service."""
        return self.path / "logs"

    @property
    def task_logs(self) -> Path:
        """One log per try of each task."""
        return self.logs / "tasks"

    @property
    def run(self) -> Path:
        """Pid files, the lock, and what the running services were started with."""
        return self.path / "run"

    @property
    def secrets(self) -> Path:
        """Generated keys and the password of the UI."""
        return self.path / "secrets"

    def create(self) -> None:
        """Make the directories; only the topmost is one that PostgreSQL's user must pass through."""
        self.path.mkdir(exist_ok=True)
        for directory in (self.airflow, self.machine, self.logs, self.task_logs, self.run, self.secrets):
            directory.mkdir(mode=0o700, exist_ok=True)
        code = self.machine / "current"  # as on a real instance, so that it may have another version
        if not code.exists():
            code.unlink(missing_ok=True)
            code.symlink_to(self.project)
