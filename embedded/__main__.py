"""`python -m embedded up|down|demo|status|clean`: what the Makefile calls."""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from embedded.airflow_api import AirflowApi, NoAnswerError
from embedded.credentials import UI_USER, ui_password
from embedded.database import has_prices
from embedded.demo import run_demo
from embedded.environment import Ports, project_environment
from embedded.errors import EmbeddedError
from embedded.home import Home
from embedded.interrupts import interrupt_on_all
from embedded.lock import only_one
from embedded.loopback import free_port, require_free
from embedded.pages import first_steps
from embedded.services import Services

UI_PORT_VARIABLE = "TIER1_UI_PORT"
UI_PORT = 8080
INTERRUPTED = 130

app = typer.Typer(add_completion=False, help=__doc__, pretty_exceptions_enable=False)
console = Console()


@app.command()
def up() -> None:
    """Start the services and leave them running."""
    services = Services(Home(), console)
    with _sentences(), only_one(services.home):
        ports = services.for_this_environment()
        if ports is None or not services.stay:
            services.stop()
            port = _chosen_ui_port() or UI_PORT
            require_free(port, UI_PORT_VARIABLE)
            ports = services.start(port, stay=True)
        console.print(f"\nAirflow: {ports.ui_url}  user {UI_USER}, password {ui_password(services.home)}")
        for line in first_steps(ports, has_prices=_has_prices(services.home, ports)):
            console.print(line, highlight=False, soft_wrap=True)
        console.print("Stop it with `make down`.")


Now = Annotated[bool, typer.Option("--now", help="Also in the middle of a run.")]


@app.command()
def down(*, now: Now = False) -> None:
    """Stop the services; the data stay."""
    services = Services(Home(), console)
    with _sentences(), only_one(services.home):
        if not now:
            _refuse_during_a_run(services)
        services.stop()
        console.print("No service runs.")


@app.command()
def demo() -> None:
    """Run all of TIER 1 once, and say how it went."""
    services = Services(Home(), console)
    with _sentences(), only_one(services.home):
        if not run_demo(services, _chosen_ui_port() or free_port()):
            raise EmbeddedError("The demo failed: see above.")
        console.print("The run is green and the instance is small again.", style="green")


@app.command()
def status() -> None:
    """Show which services run."""
    home = Home()
    table = Table("service", "state")
    for service in Services(home, console).all:
        table.add_row(service.name, f"runs, pid {service.pid}" if service.pid else "-")
    console.print(table)
    console.print(f"Logs: {home.logs}", highlight=False, soft_wrap=True)


@app.command()
def clean(*, now: Now = False) -> None:
    """Stop the services and forget their data, logs and password."""
    services = Services(Home(), console)
    with _sentences(), only_one(services.home):
        if not now:
            _refuse_during_a_run(services)
        services.stop()
        shutil.rmtree(services.home.path, ignore_errors=True)
        console.print("All data are gone.")


def _has_prices(home: Home, ports: Ports) -> bool:
    """Tell whether there are prices; a database that does not answer is not what was asked about."""
    try:
        return has_prices(project_environment(home, ports)["TIER1_DATABASE_URL"])
    except EmbeddedError:
        return True


def _refuse_during_a_run(services: Services) -> None:
    """Refuse it: without Airflow nobody makes a real instance small again; a simulated one ends, too."""
    with contextlib.suppress(NoAnswerError):  # an Airflow that does not answer ends no run either
        ports = services.running()
        if ports is None or ports.ec2:
            return
        runs = AirflowApi(ports.ui_url, UI_USER, ui_password(services.home)).unfinished_runs()
        if runs:
            raise EmbeddedError(
                f"The run {', '.join(runs)} is unfinished, and nothing would make its instance small again. "
                f"Let it end, or mark it failed at {ports.ui_url} and wait for its teardown. To stop all the "
                "same, add NOW=1."
            )


def _chosen_ui_port() -> int | None:
    """Return the port that the user wants for the UI, if any in particular."""
    chosen = os.environ.get(UI_PORT_VARIABLE)
    if not chosen:
        return None
    if not chosen.isdigit() or not 0 < int(chosen) < 65536:
        raise EmbeddedError(f"{UI_PORT_VARIABLE}={chosen!r} is no port: choose a number from 1024 to 65535.")
    return int(chosen)


@contextmanager
def _sentences() -> Iterator[None]:
    """End the program with a sentence where a person can do something about it."""
    interrupt_on_all()
    try:
        yield
    except EmbeddedError as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        sys.exit(1)
    except KeyboardInterrupt:
        console.print("Interrupted.")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    app()
