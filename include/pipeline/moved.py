"""Which months have moved since they were computed: their prices, or what else decides a feature's value."""

from collections.abc import Iterable

from include.months import Month, MonthRange
from include.pipeline.recipe import Recipe, look_up
from include.settings import Settings
from include.stages import STAGES
from include.stages.stage import Stage
from include.store.connection import Connection, connect
from include.store.prices.panels import read_month
from include.store.runs.markers import finished_from, still_valid


def moved_months(url: str, settings: Settings, months: MonthRange) -> dict[str, list[Month]]:
    """Return for each stage the months whose markers do not fit any more; only read.

    Only months of which the watch on the price tables does not know that nothing has changed are read.

    Raises:
        DatabaseUnreachableError: the feature database cannot be reached, or the connection was lost.
        ValueError: a price is not positive and finite any more.
    """
    with connect(url) as conn:
        moved = {stage.name: _moved(conn, stage, settings, months) for stage in STAGES}
    return {name: found for name, found in moved.items() if found}


def _moved(conn: Connection, stage: Stage, settings: Settings, months: MonthRange) -> list[Month]:
    recipe = look_up(conn, stage, settings)
    if recipe is None:  # the schema is of another version, or gone
        return list(months)
    valid = still_valid(conn, stage.name, months, recipe.fingerprint, recipe.watch)
    return [month for month in months if month not in valid and not _fits(conn, recipe, month)]


def _fits(conn: Connection, recipe: Recipe, month: Month) -> bool:
    """Tell whether a month was computed from the prices that are there now."""
    finished = finished_from(conn, recipe.stage.name, month)
    if finished is None:
        return False
    prices = read_month(conn, recipe.tables, month, recipe.look_back, None)
    return finished[0] == recipe.digest(prices.panel)


def stretches(months: Iterable[Month]) -> str:
    """Write months as stretches, such as 2024-01 .. 2024-03, 2024-07."""
    found: list[tuple[Month, Month]] = []
    for month in months:
        if found and month == found[-1][1] + 1:
            found[-1] = (found[-1][0], month)
        else:
            found.append((month, month))
    return ", ".join(str(first) if first == last else f"{first} .. {last}" for first, last in found)
