"""./tier1 status."""

from collections.abc import Sequence

from cli.console import console
from cli.database import connection, planned_months
from cli.options import EndMonth, StartMonth


def status(start_month: StartMonth = None, end_month: EndMonth = None) -> None:
    """Show which months of each stage are finished."""
    from rich.table import Table

    from include.stages import STAGES
    from include.store.runs.markers import unfinished_months

    months = planned_months(start_month, end_month)
    table = Table("stage", "finished", "to do", title=str(months))
    with connection() as conn:
        for stage in STAGES:
            left = unfinished_months(conn, stage.name, months)
            table.add_row(stage.name, str(len(months) - len(left)), _some(left))
    console.print(table)


def _some(months: Sequence[object]) -> str:
    """List the first six months, and say how many more there are."""
    more = f" and {len(months) - 6} more" if len(months) > 6 else ""
    return ", ".join(map(str, months[:6])) + more
