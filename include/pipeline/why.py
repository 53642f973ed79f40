"""Why a run would compute a month: in words for what `months_to_do` has decided, and no second decision."""

from collections.abc import Collection
from enum import StrEnum

from include.months import Month
from include.pipeline.recipe import Recipe, look_up
from include.settings import Settings
from include.stages import SPEC_VERSION
from include.stages.stage import Stage
from include.store.connection import Connection
from include.store.runs.markers import Made, made_months
from include.store.schema import is_installed, is_up_to_date


class Why(StrEnum):
    """Why a month is to do, in words."""

    NEW = "new"
    DEFINITION = "the definition has changed since"
    SETTINGS = "settings, the base bar or the stage's revision have changed since"
    PRICES = "prices have changed since"
    EARLIER_PRICES = "prices before it have changed: whether it looks back so far is known when it is read"
    UNKNOWN = "its prices have to be read to know whether they have changed"

    @property
    def is_sure(self) -> bool:
        """Whether it is sure that the month is computed: else its prices may turn out to be the same."""
        return self not in {Why.EARLIER_PRICES, Why.UNKNOWN}


def why_to_do(
    conn: Connection, stage: Stage, settings: Settings, to_do: Collection[Month]
) -> dict[Month, Why]:
    """Return why each month is to do, without reading prices; one that was just finished is left out.

    Args:
        conn: the feature database.
        stage: the stage.
        settings: how a feature is computed.
        to_do: what `months_to_do` says, of a run that forces nothing.
    """
    if not to_do:
        return {}
    if not is_up_to_date(conn):  # of an older version nothing is told but by a run, which renews it first
        return dict.fromkeys(to_do, Why.UNKNOWN if is_installed(conn) else Why.NEW)
    recipe, made = look_up(conn, stage, settings), made_months(conn, stage.name, to_do)
    whys = {month: _why(made.get(month), recipe) for month in to_do}
    return {month: why for month, why in whys.items() if why}


def _why(made: Made | None, recipe: Recipe | None) -> Why | None:
    if made is None:
        return Why.NEW
    if made.spec_version != SPEC_VERSION:
        return Why.DEFINITION
    if recipe and made.fingerprint != recipe.fingerprint:
        return Why.SETTINGS
    # without a recipe the base bar is gone: the run chooses it anew
    if recipe is None or made.watch is None or made.watch != recipe.watch:
        return Why.UNKNOWN
    if not made.prices_changed:
        return None
    return Why.PRICES if made.own_changed else Why.EARLIER_PRICES
