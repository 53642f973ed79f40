"""./tier1 check."""

import typer

from cli.console import console
from cli.database import database_url
from cli.options import EndMonth, StartMonth

COLOURS = {"ok": "green", "warning": "yellow", "failed": "red"}


def check(start_month: StartMonth = None, end_month: EndMonth = None) -> None:
    """Look whether the prices can be true, as preflight does; exit with 1 where a run would be refused."""
    from rich.markup import escape
    from rich.table import Table

    from include.doubts.deviations import as_text
    from include.pipeline.check import check_prices
    from include.pipeline.plan import make_plan
    from include.settings import settings

    plan = make_plan(database_url(), settings(), start_month, end_month, is_checked=True)
    looked = check_prices(database_url(), settings(), plan)
    table = Table("check", "result", "found", "what to do", title=str(plan), show_lines=True)
    for line in looked.lines:
        result = f"[{COLOURS[line.result]}]{line.result}[/]"
        table.add_row(line.name, result, escape(line.found), escape(line.what_to_do))
    console.print(table)
    if looked.deviations:
        console.print(as_text(looked.deviations), highlight=False)
    if any(line.result == "failed" for line in looked.lines):
        raise typer.Exit(1)
