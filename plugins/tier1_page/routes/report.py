"""The report of a run as a page of its own: to be printed, kept, or sent on. It refers to nothing outside."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from tier1_page.guards import SEES_OUR_RUNS
from tier1_page.rendering import HEADERS, page

router = APIRouter()

OF_ITSELF = HEADERS | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'none'"
}


@router.get("/runs/{run_id}/report", dependencies=[SEES_OUR_RUNS])
def report_page(run_id: str) -> HTMLResponse:
    """Show the report of a run to whoever may see the runs: made anew from what its verdict has stored."""
    from tier1_page.stored_report import stored_report

    report, trouble = stored_report(run_id)
    if report is None:
        return page("no_report.html.j2", status=503 if trouble else 404, run_id=run_id, trouble=trouble)
    from include.report.html import to_html

    return HTMLResponse(to_html(report), headers=OF_ITSELF)
