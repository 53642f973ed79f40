"""Where to click in the UI of the embedded Airflow."""

from collections.abc import Iterator
from urllib.parse import quote

from embedded.airflow_api import DAG_ID
from embedded.environment import Ports

LOAD_PRICES = "./tier1 load ecb"


def page_of_dag(ports: Ports) -> str:
    """Return the page of the DAG, on which a run is triggered."""
    return f"{ports.ui_url}/dags/{DAG_ID}"


def page_before_a_run(ports: Ports) -> str:
    """Return our own page of the DAG, the tab Before a run: what a run would do, take and cost."""
    return f"{page_of_dag(ports)}/plugin/tier1-before"


def page_of_run(ports: Ports, run_id: str) -> str:
    """Return our own page of a run, the tab TIER 1: how far it has come, then its report."""
    return f"{page_of_dag(ports)}/runs/{quote(run_id, safe='')}/plugin/tier1"


def first_steps(ports: Ports, *, has_prices: bool) -> Iterator[str]:
    """Yield what to do with services that have just been started, a line each."""
    if not has_prices:
        yield f"There are no prices yet. Load those of the European Central Bank: {LOAD_PRICES}"
    yield f"Begin at {page_before_a_run(ports)}: log in, look what a run would do, then press Trigger."
