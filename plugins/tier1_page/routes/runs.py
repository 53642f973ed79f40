"""The page of all runs."""

from fastapi import APIRouter, Request, Response

from tier1_page.guards import SEES_OUR_RUNS
from tier1_page.rendering import answer

router = APIRouter()


@router.get("/runs", dependencies=[SEES_OUR_RUNS])
def history_page(request: Request) -> Response:
    """Show the last runs side by side to whoever may see them; `HistoryView` as JSON."""
    from tier1_page.history.page import view_history

    return answer(request, "runs.html.j2", view_history())
