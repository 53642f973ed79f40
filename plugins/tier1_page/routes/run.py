"""The page of a run: its report, or how far it has come."""

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from tier1_page.rendering import page
from tier1_tasks.names import DAG_ID

router = APIRouter()


# Without the dependency the page would be open to everybody: Airflow does not guard the apps of plugins.
@router.get("/run/{dag_id}", dependencies=[Depends(requires_access_dag("GET", DagAccessEntity.RUN))])
def run_page(dag_id: str, run_id: str) -> HTMLResponse:
    """Show the page of a run to whoever may see the run itself."""
    if dag_id != DAG_ID:
        return page("no_page.html.j2", dag_id=dag_id, our_dag_id=DAG_ID)
    from tier1_page.run_view import view_of_run

    return page("run.html.j2", view=view_of_run(run_id))
