"""./tier1 evaluate."""

import typer

from cli.console import console, fail
from cli.database import connection, planned_months
from cli.options import EndMonth, StartMonth


def evaluate(start_month: StartMonth = None, end_month: EndMonth = None) -> None:
    """Profile the computed features, and measure whether they help to forecast."""
    from include.pipeline.evaluation import evaluation
    from include.report.benefit import details, sentence
    from include.settings import settings

    months = planned_months(start_month, end_month)
    try:
        with connection() as conn:
            found = evaluation(conn, settings(), months)
    except ValueError as error:  # a month that was not computed, a feature that looks ahead
        fail(str(error))
    console.print(
        f"{found.features} features on {found.bars:,} bars of {months}; without any value: {found.empty}; "
        f"constant: {found.constant}.",
        soft_wrap=True,
    )
    if found.benefit is None:
        console.print(f"Whether TIER 1 helps was not measured: {found.not_measured}.")
        raise typer.Exit(0)
    console.print(f"[bold]{sentence(found.benefit)}[/]", highlight=False, soft_wrap=True)
    for line in details(found.benefit):
        console.print(f"* {line}", highlight=False, soft_wrap=True)
