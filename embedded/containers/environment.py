"""The environment of the processes in containers: settings as `make up` has them, secrets from files.

A secret that a service is not given has no file there, and is not in its environment.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from embedded import aws, connections, credentials
from embedded.environment import (
    CONTROL_PLANE,
    EXECUTORS,
    INSTANCE_ID,
    SIMULATED_WORKER,
    as_variables,
    on_simulated_aws,
    shared_settings,
)
from embedded.home import REPOSITORY, Home
from embedded.loopback import LOOPBACK

SECRETS = Path("/run/secrets")
LOGS = Path("/opt/airflow/logs")
SCRATCH = Path("/tmp")  # noqa: S108 - a tmpfs of this container's own
API_URL, EC2_URL = "http://api-server:8080", "http://ec2:5000"
SERVER, METADATA, FEATURES = "postgres", "airflow", "tier1"
OPTIONS = {
    "fernet_key": "CORE__FERNET_KEY",
    "api_secret_key": "API__SECRET_KEY",
    "jwt_secret": "API_AUTH__JWT_SECRET",
}


def secret(name: str, folder: Path = SECRETS) -> str | None:
    """Return a secret of this service; one that is empty is none."""
    try:
        return (folder / name).read_text().strip() or None
    except FileNotFoundError:
        return None


def project(environ: Mapping[str, str], folder: Path = SECRETS) -> dict[str, str]:
    """Complete the environment by AWS and the feature database, for everything that works on the features."""
    env = dict(environ)
    if aws.is_simulated(env):
        env = on_simulated_aws(env, EC2_URL)
    if url := features_url(folder):
        env["TIER1_DATABASE_URL"] = url
    env["TIER1_INSTANCE_ID"] = env.get("TIER1_INSTANCE_ID") or INSTANCE_ID
    return env


def features_url(folder: Path = SECRETS) -> str | None:
    """Return the URL of the feature database: the one that was given, else the one beside Airflow's own."""
    if given := secret("database_url", folder):
        return connections.libpq_url(given)
    password = secret("features_password", folder)
    return f"postgresql://{FEATURES}:{password}@{SERVER}/{FEATURES}" if password else None


def airflow(environ: Mapping[str, str], folder: Path = SECRETS) -> dict[str, str]:
    """Return the environment of a process of Airflow; what the user sets of Airflow's own wins."""
    env = project(environ, folder)
    settings = {
        **shared_settings(API_URL, REPOSITORY, EXECUTORS),
        **CONTROL_PLANE,
        # Compose 1.29 cannot put one default into another
        "API__BASE_URL": env.get("TIER1_BASE_URL") or f"http://{LOOPBACK}:{env['TIER1_UI_PORT']}",
        "LOGGING__BASE_LOG_FOLDER": str(LOGS),
        "LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(LOGS / "dag-files"),
    }
    if aws.is_simulated(environ):
        # its worker asks each second, and the rest would drown
        settings["LOGGING__NAMESPACE_LEVELS"] = "http.access=WARNING"
    else:
        settings["EDGE__HEARTBEAT_INTERVAL"] = "5"  # as in deploy/worker/defaults.env
    return as_variables(settings) | env | _connections(env, folder) | as_variables(_secrets(folder))


def worker(environ: Mapping[str, str], home: Home) -> dict[str, str]:
    """Return the settings of the worker on a simulated instance; its secret is not among them."""
    code = home.machine / "current"
    # AWS comes with each task's connection; who it is, it asks its metadata service
    env = {name: value for name, value in on_simulated_aws(environ, EC2_URL).items() if name[:4] != "AWS_"}
    return {
        **as_variables(shared_settings(API_URL, code, EXECUTORS) | SIMULATED_WORKER),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(LOGS),
        **env,
        "PYTHONPATH": str(code),
        "AIRFLOW_HOME": str(home.machine),
    }


def _connections(env: Mapping[str, str], folder: Path) -> dict[str, str]:
    found = {"AIRFLOW_CONN_AWS_DEFAULT": secret("aws_connection", folder) or connections.aws_connection(env)}
    if url := env.get("TIER1_DATABASE_URL"):
        found["AIRFLOW_CONN_TIER1_POSTGRES"] = connections.postgres_connection(url)
    return found


def _secrets(folder: Path) -> dict[str, str]:
    settings = {option: text for name, option in OPTIONS.items() if (text := secret(name, folder))}
    if password := secret("metadata_password", folder):
        url = f"postgresql+psycopg2://{METADATA}:{password}@{SERVER}/{METADATA}"
        settings["DATABASE__SQL_ALCHEMY_CONN"] = url
    if (key := folder / "jwt_private_key").exists():
        # signs for users and tasks; a worker holds the secret alone, with which it can do neither
        settings["API_AUTH__JWT_PRIVATE_KEY_PATH"] = str(key)
    if (passwords := folder / "passwords").exists():
        settings["CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"] = str(_writable(passwords))
    return settings


def _writable(passwords: Path) -> Path:
    """Copy the file of passwords: Airflow opens it for writing, if only to lock it."""
    copy = SCRATCH / "passwords.json"
    copy.touch(mode=0o600)
    shutil.copyfile(passwords, copy)
    return copy


def ui_password(folder: Path = SECRETS) -> tuple[str, str]:
    """Return the UI's only user, and the password."""
    passwords = json.loads((folder / "passwords").read_text())
    return credentials.UI_USER, passwords[credentials.UI_USER]
