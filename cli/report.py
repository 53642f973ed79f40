"""./tier1 report."""

import sys
from typing import Annotated

import typer

from cli.console import fail
from cli.database import connection


def report(run_id: Annotated[str | None, typer.Argument(help="A run; default: the latest.")] = None) -> None:
    """Write the completion report of a run, as Markdown."""
    from include.report.markdown import to_markdown
    from include.store.runs.reports import read_report

    with connection() as conn:
        try:
            found = read_report(conn, run_id)
        except ValueError as error:
            fail(str(error))
    if found is None:
        fail(f"there is no report of {run_id or 'any run'}: a run writes it at its end")
    sys.stdout.write(to_markdown(found) + "\n")
