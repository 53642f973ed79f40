"""The report of a run as a page of its own: to be printed, kept, or sent on. It refers to nothing outside."""

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from tier1_page.rendering import page
from tier1_tasks.names import DAG_ID

router = APIRouter()

OF_ITSELF = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


# Without the dependency the page would be open to everybody: Airflow does not guard the apps of plugins.
@router.get(
    "/runs/{run_id}/report", dependencies=[Depends(requires_access_dag("GET", DagAccessEntity.RUN, DAG_ID))]
)
def report_page(run_id: str) -> HTMLResponse:
    """Show the report of a run to whoever may see the runs: made anew from what its verdict has stored."""
    from tier1_page.run_view import view_of_run

    view = view_of_run(run_id)
    if view.report is None:
        return page("no_report.html.j2", status=503 if view.trouble else 404, view=view)
    from include.report.html import to_html

    return HTMLResponse(to_html(view.report), headers=OF_ITSELF)
