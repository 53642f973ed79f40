"""The page of a run: its report, or how far it has come."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from tier1_page.guards import SEES_ITS_RUNS
from tier1_page.rendering import page
from tier1_tasks.names import DAG_ID

router = APIRouter()


@router.get("/run/{dag_id}", dependencies=[SEES_ITS_RUNS])
def run_page(dag_id: str, run_id: str) -> HTMLResponse:
    """Show the page of a run to whoever may see the run itself."""
    if dag_id != DAG_ID:
        return page("no_page.html.j2", dag_id=dag_id, our_dag_id=DAG_ID)
    from tier1_page.run_view import view_of_run

    return page("run.html.j2", run=view_of_run(run_id))
