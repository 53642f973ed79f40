"""What the embedded processes find in their environment."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from embedded import aws, connections, credentials, postgres
from embedded.home import Home
from embedded.loopback import LOOPBACK
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
# it changes its state within seconds, so look more often than one looks at EC2
SIMULATED_PACE = {"TIER1_EC2_POLL_SECONDS": "0.5"}


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
        # nothing that runs here can reach the user's own AWS account
        env = {name: value for name, value in env.items() if not name.startswith("AWS_")}
        env = SIMULATED_PACE | env | SIMULATED_AWS | {aws.ENDPOINT: ports.ec2_url}
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


def airflow_environment(home: Home, ports: Ports) -> dict[str, str]:
    """Return the environment of Airflow's processes, with settings for one machine and few tasks."""
    project = project_environment(home, ports)
    settings = {
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": "4",
        "CORE__DAGS_FOLDER": str(home.project / "dags"),
        "CORE__PLUGINS_FOLDER": str(home.project / "plugins"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__LAZY_LOAD_PLUGINS": "False",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__EXECUTION_API_SERVER_URL": f"{ports.ui_url}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{credentials.UI_USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(credentials.passwords_file(home)),
        "CORE__FERNET_KEY": credentials.fernet_key(home),
        "DATABASE__SQL_ALCHEMY_CONN": postgres.database_url(home, postgres.METADATA, "postgresql+psycopg2"),
        "API__BASE_URL": ports.ui_url,
        "API__HOST": LOOPBACK,
        "API__PORT": str(ports.ui),
        "API__WORKERS": "1",
        "API__SECRET_KEY": credentials.key(home, "api"),
        "API_AUTH__JWT_SECRET": credentials.key(home, "jwt"),
        "LOGGING__BASE_LOG_FOLDER": str(home.task_logs),
        "LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(home.logs / "dag-files"),
        "LOGGING__COLORED_CONSOLE_LOG": "False",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
        # one machine, few tasks: look often, so that nothing waits for the next look
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.25",
        "WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        # a process that was killed is noticed within 20 s instead of 5 min
        "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
        "SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "15",
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
    }
    return project | {
        "AIRFLOW_HOME": str(home.airflow),
        "AIRFLOW_CONN_AWS_DEFAULT": connections.aws_connection(project),
        "AIRFLOW_CONN_TIER1_POSTGRES": connections.postgres_connection(project["TIER1_DATABASE_URL"]),
        **{f"AIRFLOW__{name}": value for name, value in settings.items()},
    }
