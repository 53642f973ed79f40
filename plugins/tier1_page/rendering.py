"""Answers: a view as a page, or as JSON for whoever asks for that."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from include.report.worth import about
from tier1_page.view import PageView
from tier1_tasks.names import DAG_ID

HERE = Path(__file__).parent
STYLE = (HERE / "static/page.css").read_text()
SCRIPT = (HERE / "static/page.js").read_text()


def _source(text: str) -> str:
    """Return an inline element as a Content-Security-Policy allows it; a nonce would change every answer."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


HEADERS = {
    "Content-Security-Policy": "default-src 'none'; "
    f"style-src {_source(STYLE)}; script-src {_source(SCRIPT)}; connect-src 'self'; frame-src 'self'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    # asked again each time: whoever has logged out sees nothing
    "Cache-Control": "private, no-cache",
    "Vary": "Accept, Cookie",
}


def _utc(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment else ""


def _seconds(seconds: float | None) -> str:
    """Return a duration for people."""
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _usd(usd: float | None) -> str:
    return "" if usd is None else f"${usd:,.2f}" if usd >= 0.1 or not usd else f"${usd:.3f}"


_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters.update(utc=_utc, seconds=_seconds, usd=_usd, about=about)
# parts of each page: routes of their own would be further requests, and need a guard each
_templates.globals.update(style=Markup(STYLE), script=Markup(SCRIPT))  # noqa: S704 - our own files


def answer(request: Request, template: str, view: PageView, status: int = 200) -> Response:
    """Answer with a view: the page, JSON where only that is accepted, or nothing where it has not changed.

    Args:
        request: what is answered.
        template: a file of `templates/`; it has the view, `up` (the path to /tier1/) and `airflow` (the path
            to the UI's root), both relative: they fit below whatever path Airflow lives.
        view: what is shown; text is escaped.
        status: of the answer.
    """
    if request.headers.get("Accept", "").startswith("application/json"):
        content, kind = view.model_dump_json(), "application/json"
    else:
        up = _up(request)
        content = _templates.get_template(template).render(view=view, up=up or "./", airflow=up + "../")
        kind = "text/html"
    tag = f'"{hashlib.sha256(content.encode()).hexdigest()[:20]}"'
    headers = {**HEADERS, "ETag": tag}
    known = [it.strip().removeprefix("W/") for it in request.headers.get("If-None-Match", "").split(",")]
    if status == 200 and tag in known:
        return Response(status_code=304, headers=headers)
    return Response(content, status, headers, kind)


def _up(request: Request) -> str:
    return "../" * (request.scope["route"].path.count("/") - 1)


def no_page(request: Request, dag_id: str) -> HTMLResponse:
    """Say that another DAG has no such page, and where ours is."""
    return page("no_page.html.j2", dag_id=dag_id, our_dag_id=DAG_ID, airflow=_up(request) + "../")


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a template of `templates/` that has no view.

    Args:
        template: its file name.
        status: of the answer.
        values: what it shows, by the names that it uses; text is escaped.
    """
    return HTMLResponse(_templates.get_template(template).render(**values), status, HEADERS)
