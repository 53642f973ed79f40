"""The page of a run, while it runs and afterwards."""

from fastapi import APIRouter, Request, Response

from tier1_page.guards import SEES_ITS_RUNS
from tier1_page.rendering import answer, no_page, page
from tier1_tasks.names import DAG_ID

router = APIRouter()


@router.get("/run/{dag_id}", dependencies=[SEES_ITS_RUNS])
def run_page(request: Request, dag_id: str, run_id: str) -> Response:
    """Show the page of a run to whoever may see the run itself; as JSON where only that is accepted."""
    if dag_id != DAG_ID:
        return no_page(request, dag_id)
    from tier1_page.live.look import NoSuchRunError, look

    try:
        found = look(run_id)
    except NoSuchRunError:
        return page("no_run.html.j2", status=404, run_id=run_id)
    if found is None:
        return page("no_answer.html.j2", status=503)
    return answer(request, "run.html.j2", found)
