"""The app: the report of a run, or how far it has come."""

from pathlib import Path
from typing import Any

import jinja2
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI(title="TIER 1", openapi_url=None)  # no description of itself for strangers

_pages = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
)

NOTHING: dict[str, Any] = {"report": None, "progress": [], "trouble": ""}


# Without the dependency the page would be open to everybody: Airflow does not guard the apps of plugins.
@app.get("/run/{dag_id}", dependencies=[Depends(requires_access_dag("GET", DagAccessEntity.RUN))])
def run_page(dag_id: str, run_id: str) -> HTMLResponse:
    """The page of a run, to whoever may see the run itself."""
    found = _found(run_id) if dag_id == "tier1" else NOTHING
    return HTMLResponse(_pages.get_template("run.html.j2").render(dag_id=dag_id, run_id=run_id, **found))


def _found(run_id: str) -> dict[str, Any]:
    from psycopg.errors import UndefinedTable

    from include.store.connection import DatabaseUnreachableError, connect
    from include.store.runs.reports import read_report
    from include.store.runs.stage_progress import progress_of_run
    from tier1_tasks.database import conninfo

    found = dict(NOTHING)
    try:
        with connect(conninfo("tier1_postgres")) as conn:
            found["report"] = read_report(conn, run_id)
            found["progress"] = progress_of_run(conn, run_id)
    except DatabaseUnreachableError as error:  # it may restart with its instance: the page looks again
        found["trouble"] = str(error)
    except UndefinedTable:  # no stage has begun since the table belongs to the schema
        pass
    return found
