"""./tier1 watch."""

from enum import StrEnum
from typing import Annotated

import typer

from cli.console import console, fail
from cli.database import connection, database_url


class Switch(StrEnum):
    """What to do with the triggers."""

    ON = "on"
    OFF = "off"
    STATUS = "status"


def watch(
    switch: Annotated[Switch, typer.Argument(help="Put the triggers, take them away, or only look.")],
) -> None:
    """Say how the price tables are watched for changes; put triggers on them for that, or take them away."""
    from rich.table import Table

    from include.settings import settings
    from include.store.prices.consent import watch_off, watch_on, watch_status

    try:
        if switch is Switch.ON:
            with connection(read_only=True) as conn:
                watch_on(conn, settings())
        if switch is Switch.OFF:
            with connection(read_only=True) as conn:
                gone = watch_off(conn, settings())
            console.print(f"Triggers were taken away from {len(gone)} tables.", highlight=False)
    except ValueError as error:
        fail(str(error))
    found, tables = watch_status(database_url(), settings())
    if switch is Switch.STATUS:
        table = Table("table", "put unasked", "triggers", "why they cannot tell all")
        for it in tables:
            table.add_row(it.name, "yes" if it.is_ours else "no", str(it.triggers), it.obstacle)
        console.print(table)
    console.print(f"The watch is {found.found}.", highlight=False, markup=False)
    if found.what_to_do:
        console.print(f"{found.what_to_do}.", highlight=False, markup=False)
