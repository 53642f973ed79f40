"""./tier1 validate."""

import typer

from cli.console import console
from cli.database import connection, planned_months
from cli.options import EndMonth, StartMonth


def validate(start_month: StartMonth = None, end_month: EndMonth = None) -> None:
    """Check the computed months against what follows from the definitions."""
    from rich.table import Table

    from include.store.checks.validate import validate as check

    months = planned_months(start_month, end_month)
    with connection() as conn:
        results = check(conn, months)
    table = Table("claim", "holds", title=str(months))
    for claim, holds in results.items():
        table.add_row(claim.replace("_", " "), "[green]yes[/]" if holds else "[red]no[/]")
    console.print(table)
    if not all(results.values()):
        raise typer.Exit(1)
