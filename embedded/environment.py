"""What the embedded processes find in their environment."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded import aws, connections, credentials, postgres
from embedded.home import Home
from embedded.loopback import LOOPBACK
from embedded.machine.unit import DRAIN_SECONDS, KILL_GRACE_SECONDS
from include.settings import Settings

INSTANCE_ID = Settings.model_fields["instance_id"].default
GIVEN = (aws.CHOICE, aws.ENDPOINT, "TIER1_INSTANCE_ID", "TIER1_DATABASE_URL")

# the simulator takes any keys; saying some keeps boto3 from looking for real ones
SIMULATED_AWS = {
    "AWS_ACCESS_KEY_ID": "simulated",
    "AWS_SECRET_ACCESS_KEY": "simulated",
    "AWS_DEFAULT_REGION": aws.REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}
# The worker on a simulated instance has to be told of the executors in the very same words.
EXECUTOR = "EdgeExecutor"
EXECUTORS = f"LocalExecutor,{EXECUTOR}:airflow.providers.edge3.executors.EdgeExecutor"
QUEUE = "trillium-master"
# An API server that is away, or hangs, for a minute costs no task; a machine that has died is noticed within
# the heartbeat timeout. Both cannot be short: docs/decisions/0019-heartbeat-timeout.md.
SURVIVES_A_MINUTE = {
    "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "120",
    "WORKERS__MAX_FAILED_HEARTBEATS": "100",
    "EXECUTION_API__JWT_EXPIRATION_TIME": "86400",
}
# The log of a task is for what the task says: not for how it was found, whence it has its credentials, which
# library deprecates what of another. docs/how-to/worker-on-the-instance.md has the same for a real one.
QUIET = {
    "LOGGING__NAMESPACE_LEVELS": "airflow.dag_processing.dagbag=WARNING,"
    "airflow.dag_processing.bundles=WARNING,airflow.providers.amazon=WARNING,py.warnings=ERROR,"
    "airflow.task.operators.airflow=WARNING,airflow.task.operators.tier1_tasks.host=WARNING"
}
# what the worker on a simulated instance has of its own: it is asked for work often, and shut down soon
SIMULATED_WORKER = {
    "EDGE__JOB_POLL_INTERVAL": "1",
    "EDGE__DRAIN_TIMEOUT_SEC": str(DRAIN_SECONDS),
    "EDGE__DRAIN_KILL_GRACE_SEC": str(KILL_GRACE_SECONDS),
}
WORKER = {"TIER1_STAGE_QUEUE": QUEUE, "TIER1_STAGE_EXECUTOR": EXECUTOR}
# it changes its state within seconds, so look more often than one looks at EC2
SIMULATED_PACE = {"TIER1_EC2_POLL_SECONDS": "0.5"}
CONTROL_PLANE = {
    "CORE__PARALLELISM": "4",
    "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{credentials.UI_USER}:admin",
    "API__WORKERS": "1",
    "EDGE__API_ENABLED": "True",
    # one machine, few tasks: look often, so that nothing waits for the next look
    "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.25",
    "DAG_PROCESSOR__REFRESH_INTERVAL": "5",
    # a scheduler that was killed is noticed within 15 s
    "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
    "SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "15",
}


@dataclass(frozen=True)
class Ports:
    """Where the embedded services listen; no simulator where the user's environment names another AWS."""

    ui: int
    ec2: int | None

    @property
    def ui_url(self) -> str:
        """Where people and the API's clients go."""
        return f"http://{LOOPBACK}:{self.ui}"

    @property
    def ec2_url(self) -> str:
        """Where the simulated EC2 answers."""
        return f"http://{LOOPBACK}:{self.ec2}"


def given_by_user(environ: Mapping[str, str]) -> str:
    """Make a fingerprint of the variables that point the services elsewhere (an URL may hold a password)."""
    given = {name: environ.get(name) for name in GIVEN}
    if not aws.is_simulated(environ):
        given |= {name: value for name, value in sorted(environ.items()) if name.startswith("AWS_")}
    return hashlib.sha256(json.dumps(given).encode()).hexdigest()


def instance_id() -> str:
    """Return the instance that is resized; a variable that is empty is none."""
    return os.environ.get("TIER1_INSTANCE_ID") or Settings().instance_id or INSTANCE_ID  # pyright: ignore[reportCallIssue]


def project_environment(home: Home, ports: Ports) -> dict[str, str]:
    """Complete the user's environment by what is embedded, for everything that works on the features."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    if ports.ec2 is not None:
        env = on_simulated_aws(env, ports.ec2_url)
    elif env.get(aws.ENDPOINT):
        env["AWS_DEFAULT_REGION"] = aws.region_of(env)  # boto3 itself does not read AWS_REGION
    if env.get("TIER1_DATABASE_URL"):
        env["TIER1_DATABASE_URL"] = connections.libpq_url(env["TIER1_DATABASE_URL"])
    else:
        env = {name: value for name, value in env.items() if not name.startswith("PG")}
        env["TIER1_DATABASE_URL"] = postgres.database_url(home, postgres.FEATURES)
    env["TIER1_INSTANCE_ID"] = instance_id()
    env["PYTHONPATH"] = str(home.project)
    env.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # every task is a new process: without bytecode it compiles us anew
    # the services talk to each other without the proxy that the machine may have
    env["NO_PROXY"] = env["no_proxy"] = ",".join(filter(None, [env.get("NO_PROXY"), LOOPBACK, "localhost"]))
    return env


def on_simulated_aws(environ: Mapping[str, str], ec2_url: str) -> dict[str, str]:
    """Return the environment of what works on the simulator: nothing can reach the user's own AWS account."""
    env = {name: value for name, value in environ.items() if not name.startswith("AWS_")}
    return SIMULATED_PACE | env | SIMULATED_AWS | {aws.ENDPOINT: ec2_url} | WORKER


def airflow_environment(home: Home, ports: Ports) -> dict[str, str]:
    """Return the environment of Airflow's processes, with settings for one machine and few tasks."""
    project = project_environment(home, ports)
    settings = {
        **shared_settings(ports.ui_url, home.project, _executors(ports)),
        **CONTROL_PLANE,
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(credentials.passwords_file(home)),
        "CORE__FERNET_KEY": credentials.fernet_key(home),
        "DATABASE__SQL_ALCHEMY_CONN": postgres.database_url(home, postgres.METADATA, "postgresql+psycopg2"),
        "API__BASE_URL": ports.ui_url,
        "API__HOST": LOOPBACK,
        "API__PORT": str(ports.ui),
        "API__SECRET_KEY": credentials.key(home, "api"),
        "API_AUTH__JWT_SECRET": credentials.key(home, "jwt"),
        # signs for users and tasks; a worker holds the secret alone, with which it can do neither
        "API_AUTH__JWT_PRIVATE_KEY_PATH": str(credentials.private_key_file(home)),
        "LOGGING__BASE_LOG_FOLDER": str(home.task_logs),
        "LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(home.logs / "dag-files"),
    }
    return project | {
        "AIRFLOW_HOME": str(home.airflow),
        "AIRFLOW_CONN_AWS_DEFAULT": connections.aws_connection(project),
        "AIRFLOW_CONN_TIER1_POSTGRES": connections.postgres_connection(project["TIER1_DATABASE_URL"]),
        **as_variables(settings),
    }


def worker_settings(home: Home, ports: Ports) -> dict[str, str]:
    """Return what the worker on a simulated instance finds in its environment, but for its secret.

    Connections come with each task; what opens the databases or speaks for users is not there.
    """
    project = project_environment(home, ports)
    names = {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "NO_PROXY", "no_proxy"}
    names |= {name for name in project if name.startswith("TIER1_")} - {"TIER1_DATABASE_URL"}
    code = home.machine / "current"
    settings = {
        **shared_settings(ports.ui_url, code, _executors(ports)),
        **SIMULATED_WORKER,
        "LOGGING__BASE_LOG_FOLDER": str(home.machine / "logs"),
    }
    return {
        **{name: value for name, value in project.items() if name in names},
        "PYTHONPATH": str(code),
        "NUMBA_CACHE_DIR": "",
        "AIRFLOW_HOME": str(home.machine),
        **as_variables(settings),
    }


def as_variables(settings: Mapping[str, str]) -> dict[str, str]:
    """Name Airflow's settings as the environment does."""
    return {f"AIRFLOW__{name}": value for name, value in settings.items()}


def shared_settings(api_url: str, code: Path, executors: str) -> dict[str, str]:
    """Return what Airflow and the worker have to agree on; each has code of its own."""
    return {
        "CORE__EXECUTOR": executors,
        "CORE__DAGS_FOLDER": str(code / "dags"),
        "CORE__PLUGINS_FOLDER": str(code / "plugins"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__LAZY_LOAD_PLUGINS": "False",
        "CORE__EXECUTION_API_SERVER_URL": f"{api_url}/execution/",
        "EDGE__API_URL": f"{api_url}/edge_worker/v1/rpcapi",
        "EDGE__HEARTBEAT_INTERVAL": "2",
        "LOGGING__COLORED_CONSOLE_LOG": "False",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
        "WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        **SURVIVES_A_MINUTE,
        **QUIET,
    }


def _executors(ports: Ports) -> str:
    return EXECUTORS if ports.ec2 else "LocalExecutor"
