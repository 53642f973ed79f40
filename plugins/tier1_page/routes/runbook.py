"""The runbook, for whoever has followed a link from the log of a task that has failed."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from tier1_page.guards import SEES_OUR_RUNS
from tier1_page.rendering import page

router = APIRouter()


@router.get("/runbook", dependencies=[SEES_OUR_RUNS])
def runbook_page() -> HTMLResponse:
    """Show the runbook of this version: it needs no internet."""
    from tier1_page.markdown import to_html
    from tier1_tasks import runbook

    try:
        text = runbook.PAGE.read_text()
    except OSError:  # only the code was deployed
        return page("runbook.html.j2", status=404, body="")
    return page("runbook.html.j2", body=to_html(text))
