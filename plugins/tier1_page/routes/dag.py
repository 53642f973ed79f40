"""The page of the DAG: what the next run would do."""

from fastapi import APIRouter, Request, Response

from tier1_page.guards import SEES_ITS_RUNS
from tier1_page.rendering import answer, no_page
from tier1_tasks.names import DAG_ID

router = APIRouter()


@router.get("/dag/{dag_id}", dependencies=[SEES_ITS_RUNS])
def before_page(request: Request, dag_id: str) -> Response:
    """Show what the next run would do to whoever may see the DAG's runs; `BeforeView` as JSON."""
    if dag_id != DAG_ID:
        return no_page(request, dag_id)
    from tier1_page.before.page import view_before

    return answer(request, "before.html.j2", view_before())
