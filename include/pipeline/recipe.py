"""What all months of a stage are made with, and the fingerprints by which a month is known to be valid."""

import hashlib
import json
from dataclasses import dataclass

from include.pipeline.options import options_from
from include.settings import Settings
from include.stages.options import Options
from include.stages.panel import BasketBase, Panel
from include.stages.stage import Stage
from include.store.connection import Connection
from include.store.features.base import ensure_base, stored_base
from include.store.features.baseline import ensure_baseline_views
from include.store.prices.panels import MonthPanel
from include.store.prices.tables import PriceTables, price_tables
from include.store.prices.watch import ensure_watch, present_watch
from include.store.runs.markers import Basis
from include.store.schema import ensure_schema, is_up_to_date


@dataclass(frozen=True, slots=True)
class Recipe:
    """What all months of a stage are made with.

    Attributes:
        stage: the stage.
        tables: where the prices are.
        watch: the watch on them; None where they have to be read to know whether they changed.
        base: the scale of all months.
        options: what else decides a feature's value.
    """

    stage: Stage
    tables: PriceTables
    watch: str | None
    base: BasketBase
    options: Options

    @property
    def look_back(self) -> int:
        """Bars before a month."""
        return self.stage.look_back(self.options)

    @property
    def fingerprint(self) -> str:
        """Fingerprint of all inputs but the prices."""
        inputs = json.dumps(self.stage.inputs(self.base, self.options))
        return hashlib.sha256(inputs.encode()).hexdigest()

    def digest(self, panel: Panel) -> str:
        """Return the fingerprint of all inputs, prices included: a month is valid while its marker has it."""
        fingerprint = hashlib.sha256(self.fingerprint.encode())
        fingerprint.update(panel.ts.tobytes())
        fingerprint.update(panel.close.tobytes())
        return fingerprint.hexdigest()

    def basis(self, prices: MonthPanel) -> Basis:
        """Return what a month is computed from that has these prices."""
        return Basis(self.fingerprint, prices.read_from, self.watch, prices.seen)


def prepare(conn: Connection, stage: Stage, settings: Settings) -> Recipe:
    """Return the recipe of today; create the schema, the watch and the base where they are missing."""
    ensure_schema(conn)
    ensure_baseline_views(conn, settings.baseline_table, settings.baseline_time_column)
    tables = price_tables(settings)
    watch = ensure_watch(conn, tables) if settings.watch_prices else None
    base = ensure_base(conn, tables, settings.base_time, settings.max_stale_bars)
    return Recipe(stage, tables, watch, base, options_from(settings))


def look_up(conn: Connection, stage: Stage, settings: Settings) -> Recipe | None:
    """Return the recipe as it is now, and only read; None where `prepare` has something to create first."""
    base = stored_base(conn) if is_up_to_date(conn) else None
    if base is None:
        return None
    tables = price_tables(settings)
    watch = present_watch(conn, tables) if settings.watch_prices else None
    return Recipe(stage, tables, watch, base, options_from(settings))
