"""Which months have moved since they were computed: their prices, or what else decides a feature's value."""

from collections.abc import Iterable, Iterator

from include.months import Month, MonthRange
from include.pipeline.recipe import Recipe, look_up
from include.settings import Settings
from include.stages import STAGES
from include.store.connection import Connection, connect
from include.store.prices.panels import read_month
from include.store.prices.refused import tables_are_named
from include.store.prices.tables import price_tables
from include.store.runs.markers import finished_from, still_valid


def moved_months(url: str, settings: Settings, months: MonthRange) -> dict[str, list[Month]]:
    """Return for each stage the months whose markers do not fit any more; only read.

    Only months of which the watch on the price tables does not know that nothing has changed are read, once
    for all stages.

    Raises:
        DatabaseUnreachableError: the feature database cannot be reached, or the connection was lost.
        ValueError: a price is not positive and finite any more, or a price table cannot be read any more.
    """
    with tables_are_named(url, price_tables(settings)), connect(url) as conn:
        recipes = [recipe for stage in STAGES if (recipe := look_up(conn, stage, settings))]
        if len(recipes) < len(STAGES):  # the schema is of another version, or gone
            return {stage.name: list(months) for stage in STAGES}
        valid = {
            it.stage.name: still_valid(conn, it.stage.name, months, it.fingerprint, it.watch)
            for it in recipes
        }
        moved: dict[str, list[Month]] = {stage.name: [] for stage in STAGES}
        for month in months:
            doubtful = [it for it in recipes if month not in valid[it.stage.name]]
            for name in _moved(conn, doubtful, month):
                moved[name].append(month)
    return {name: found for name, found in moved.items() if found}


def _moved(conn: Connection, recipes: list[Recipe], month: Month) -> Iterator[str]:
    """Yield the stages that have not computed the month from the prices that are there now."""
    if not recipes:
        return
    prices = read_month(conn, recipes[0].tables, month, max(it.look_back for it in recipes), None)
    for recipe in recipes:
        own = prices.panel.slice(max(prices.first - recipe.look_back, 0), len(prices.panel))
        finished = finished_from(conn, recipe.stage.name, month)
        if finished is None or finished[0] != recipe.digest(own):
            yield recipe.stage.name


def stretches(months: Iterable[Month]) -> str:
    """Write months as stretches, such as 2024-01 .. 2024-03, 2024-07."""
    found: list[tuple[Month, Month]] = []
    for month in months:
        if found and month == found[-1][1] + 1:
            found[-1] = (found[-1][0], month)
        else:
            found.append((month, month))
    return ", ".join(str(first) if first == last else f"{first} .. {last}" for first, last in found)
