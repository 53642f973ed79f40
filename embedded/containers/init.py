"""Prepare the databases, before Airflow starts: roles, tables, and prices where there are none."""

import os
import subprocess
import sys

from rich.console import Console

from embedded import aws
from embedded.console import step, wait_until
from embedded.containers.environment import (
    EC2_URL,
    FEATURES,
    METADATA,
    SERVER,
    airflow,
    secret,
)
from embedded.database import has_prices
from embedded.errors import EmbeddedError
from embedded.loopback import get
from include.store.connection import DatabaseUnreachableError
from include.store.server import create_owned_database

EC2_SECONDS = 60.0


def main() -> None:
    """Prepare them, or end with a sentence."""
    console = Console()
    try:
        _prepare(console)
    except EmbeddedError as error:
        console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)


def _prepare(console: Console) -> None:
    env = airflow(os.environ)
    _create_databases()
    with step(console, "Creating Airflow's tables, where they are not there yet"):
        _run(env, "airflow", "db", "migrate")
    if not aws.is_simulated(os.environ):
        return
    _require_simulator()
    if not has_prices(env["TIER1_DATABASE_URL"]):
        with step(console, "Loading the ECB's exchange rates since 1999"):
            _run(env, "cli", "load", "ecb")


def _create_databases() -> None:
    server = f"postgresql://postgres:{secret('postgres_password')}@{SERVER}/postgres"
    owners = {METADATA: "metadata_password"}
    if not secret("database_url"):
        owners[FEATURES] = "features_password"
    try:
        for name, password in owners.items():
            create_owned_database(server, name, secret(password) or "")
    except DatabaseUnreachableError as error:
        raise EmbeddedError(
            f"{error} The service {SERVER} keeps the password with which its volume was made: bring back the "
            "folder .secrets of that time, or give up the data with `docker compose down --volumes`."
        ) from None


def _require_simulator() -> None:
    def answers() -> bool:
        return get(f"{EC2_URL}/_control/health") is not None

    try:
        wait_until(answers, timeout=EC2_SECONDS, what="The simulated EC2")
    except EmbeddedError as error:
        raise EmbeddedError(
            f"{error}, and no other AWS is named. Start it with `docker compose --profile simulated up`, or "
            "name one: TIER1_AWS=real in tier1.env, see docs/how-to/containers.md."
        ) from None


def _run(env: dict[str, str], module: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EmbeddedError(f"`{module} {' '.join(arguments)}` failed:\n{done.stdout}")


if __name__ == "__main__":
    main()
