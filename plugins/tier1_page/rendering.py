"""Pages from templates."""

from pathlib import Path
from typing import Any

import jinja2
from fastapi.responses import HTMLResponse
from markupsafe import Markup

HERE = Path(__file__).parent

_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# part of each page: a route of its own for the style would need no login
_templates.globals["style"] = Markup((HERE / "static/page.css").read_text())  # noqa: S704 - our own file


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a template of `templates/`.

    Args:
        template: its file name.
        status: of the answer.
        values: what it shows, by the names that it uses; text is escaped.
    """
    return HTMLResponse(_templates.get_template(template).render(**values), status)
