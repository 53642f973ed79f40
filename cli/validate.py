"""./tier1 validate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import console
from cli.database import connection, database_url, planned_months
from cli.options import EndMonth, StartMonth

if TYPE_CHECKING:
    from include.store.checks.validate import Finding

Seed = Annotated[str, typer.Option(help="Decides which bars are recomputed; a run's id: those of that run.")]


def validate(start_month: StartMonth = None, end_month: EndMonth = None, seed: Seed = "validate") -> None:
    """Check the computed months: recompute them in SQL, and see whether what the contract says holds."""
    from rich.table import Table

    from include.settings import settings
    from include.store.checks.validate import validate as look
    from include.store.connection import connect

    months = planned_months(start_month, end_month)
    with connection() as conn, connect(database_url()) as beside:
        findings = look(conn, months, settings(), seed, beside)
    table = Table("claim", "holds", "looked at", "figure", title=str(months))
    for finding in findings:
        table.add_row(*_cells(finding))
    console.print(table)
    if not all(finding.holds for finding in findings):
        raise typer.Exit(1)


def _cells(finding: Finding) -> list[str]:
    holds = "[green]yes[/]" if finding.holds else f"[red]no: {finding.against:,}[/]"
    figure = "" if finding.figure is None else f"{finding.figure:.3g}"
    name = finding.claim.name.replace("_", " ")
    return [name, holds, f"{finding.looked_at:,} {finding.claim.things}", figure]
