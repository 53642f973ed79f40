"""./tier1 report."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import fail
from cli.database import connection
from cli.files import require_writable, write_whole

if TYPE_CHECKING:
    from include.report.model import Report

STDOUT = Path("-")


class Format(StrEnum):
    """What a report can be written as."""

    HTML = "html"
    MD = "md"
    JSON = "json"


def report(
    run_id: Annotated[str | None, typer.Argument(help="A run; default: the latest.")] = None,
    format: Annotated[  # noqa: A002 - the option's name
        Format, typer.Option(help="html, md (Markdown) or json, as docs/reference/report.schema.json states.")
    ] = Format.MD,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write; - is stdout.")] = STDOUT,
) -> None:
    """Write the completion report of a run."""
    from include.store.runs.reports import read_report

    if output != STDOUT:
        require_writable(output)
    with connection() as conn:
        try:
            found = read_report(conn, run_id)
        except ValueError as error:
            fail(str(error))
    if found is None:
        fail(f"there is no report of {run_id or 'any run'}: a run writes it at its end")
    text = _rendered(found, format) + "\n"
    if output == STDOUT:
        sys.stdout.write(text)
    else:
        write_whole(output, lambda path: path.write_text(text, encoding="utf-8"))


def _rendered(report: "Report", format: Format) -> str:  # noqa: A002 - as above
    if format is Format.JSON:
        return json.dumps(report.to_json(), indent=2, ensure_ascii=False)
    if format is Format.HTML:
        from include.report.html import to_html

        return to_html(report)
    from include.report.markdown import to_markdown

    return to_markdown(report)
