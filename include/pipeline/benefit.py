"""Does TIER 1 help? Reads what the database has, refuses a look-ahead, and measures."""

import logging
import math
import time
from dataclasses import asdict

import numpy as np
from pydantic import TypeAdapter
from threadpoolctl import threadpool_limits

from include.evaluation.columns import columns_of_pairs, families_of
from include.evaluation.decisions import HORIZON, decision_bars, horizon_of
from include.evaluation.look_ahead import LOOKS, refuse_look_ahead
from include.evaluation.measure import measure
from include.evaluation.sample import EARLIER, sample_of
from include.evaluation.walk_forward import TooLittleDataError
from include.months import MonthRange, start_of
from include.pipeline.options import options_from
from include.report.model import Benefit
from include.settings import Settings
from include.stages import STAGES
from include.stages.catalogue import FEATURES
from include.stages.options import Options
from include.stages.panel import Panel
from include.store.connection import Connection
from include.store.features.base import stored_base
from include.store.features.reading import read_features
from include.store.prices.reading import look_back_start, read_panel
from include.store.prices.tables import PriceTables, price_tables

log = logging.getLogger(__name__)

_MONTHS_AT_A_TIME = 12


def measure_benefit(conn: Connection, settings: Settings, months: MonthRange, bars: int) -> Benefit:
    """Measure what TIER 1 adds to forecasts, by the latest decisions of these months.

    Args:
        conn: the feature database.
        settings: how many decisions are looked at, the costs, where the prices are.
        months: the months.
        bars: how many the months have: not all of them are read.

    Raises:
        TooLittleDataError: there is not enough to learn from and to judge by.
        LookAheadError: a feature is not what the prices until its bar give.
        ValueError: a month has not been computed.
    """
    begun = time.monotonic()
    options = options_from(settings)
    most, look_back = settings.evaluate_decisions, _look_back(options)
    log.info("reading the latest prices of %s", months)
    panel, first = latest_prices(conn, price_tables(settings), months, most * HORIZON, look_back)
    horizon = horizon_of(panel.ts[first:])
    possible = math.ceil(bars / horizon)
    at = decision_bars(first, len(panel), horizon, most)
    base = stored_base(conn)
    if base is None or len(at) == 0:
        raise TooLittleDataError(f"{months}: nothing was computed")
    log.info("%d of %d decisions, horizon %d, from %s on", len(at), possible, horizon, panel.ts[at[0]])
    panel, at = panel.slice(max(at[0] - look_back, 0), len(panel)), at - max(at[0] - look_back, 0)
    tier1 = np.concatenate(list(read_features(conn, panel.ts[at])))
    refuse_look_ahead(panel, at, tier1, base, options)
    log.info("all columns were computed anew at %d of the decisions: none knows what came later", LOOKS)
    names = [feature.name for feature in FEATURES]
    columns = columns_of_pairs(names)
    families = families_of(columns, names)
    sample = sample_of(panel, at, horizon, options.max_stale_bars, tier1, columns, families)
    # small fits: with threads they wait for each other more than they work, the more so on a busy machine
    with threadpool_limits(1):
        measured = measure(sample, options.costs_bps / 10_000)
    return TypeAdapter(Benefit).validate_python(
        asdict(measured)
        | {"horizon_bars": horizon, "decisions": len(at), "possible_decisions": possible}
        | {"seconds": time.monotonic() - begun}
    )


def _look_back(options: Options) -> int:
    """Return how many bars before the first decision are needed: by the stages, and for the pair's lags."""
    return max(*(stage.look_back(options) for stage in STAGES), EARLIER * HORIZON) + HORIZON


def latest_prices(
    conn: Connection, tables: PriceTables, months: MonthRange, bars: int, look_back: int
) -> tuple[Panel, int]:
    """Read the latest bars of these months, some years at most, and up to `look_back` before them.

    Returns:
        The panel, with all of the bars or at least as many as asked for, and where the first is.
    """
    parts: list[Panel] = []
    end = months.last + 1
    while end > months.first and sum(map(len, parts)) < bars:
        start = max(months.first, end - _MONTHS_AT_A_TIME)
        part, _ = read_panel(conn, tables, start_of(start), start_of(end), 0)
        parts.insert(0, part)
        end = start
    since = look_back_start(conn, tables, start_of(end), look_back)
    before, _ = read_panel(conn, tables, since, start_of(end), 0)
    panel = before
    for part in parts:
        panel = panel.then(part)
    return panel, len(before)
