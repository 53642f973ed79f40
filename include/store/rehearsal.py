"""A rehearsal: everything that a run writes, written once in a transaction that is taken back.

What a missing right or a setting of the database keeps a stage from is said before anything is paid for. The
month is one without prices: nobody waits for the locks that its rows take.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import numpy as np
import psycopg
from psycopg import Connection, errors

from include.market import CURRENCIES, PAIRS
from include.months import Month
from include.settings import Settings
from include.stages import STAGES, Stage
from include.stages.panel import BasketBase, Panel
from include.store.connection import DatabaseUnreachableError, connect, require_writable, wait_for_disk
from include.store.features.base import store_base, stored_base
from include.store.features.baseline import ensure_baseline_views
from include.store.features.publish import publish_month
from include.store.grants import named
from include.store.prices.panels import MonthPanel, keep_month
from include.store.prices.watch import snapshot
from include.store.runs.markers import Basis, Maker, Marker, lock_month, write_marker
from include.store.runs.reports import replace_report
from include.store.runs.stage_progress import Progress, replace_row
from include.store.schema import SCHEMA, ensure_schema

log = logging.getLogger(__name__)

NAME = "rehearsal"
_RIGHTS = "docs/how-to/database-roles.md has the rights that a run needs."
_MONTH = np.datetime64("1000-01", "M")
_BAR = np.array(["1000-01-01"], "datetime64[us]")

# a stage drops a month that it replaces
_OWNED_BY_OTHERS = """
select c.relname, pg_get_userbyid(c.relowner)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = %s and c.relname = any(%s)
and not pg_has_role(c.relowner, 'usage') and not pg_has_role(n.nspowner, 'usage')
order by 1 limit 1"""


def problems_with_writing(url: str, settings: Settings, months: Iterable[Month]) -> list[str]:
    """Find what keeps stages, validation and verdict from writing; an empty list = nothing does.

    Args:
        url: the feature database, as the stages connect to it.
        settings: where a pair's own features of before are.
        months: those that the stages may replace.
    """
    try:
        with connect(named(url, NAME), parallel_queries=False) as conn:
            require_writable(conn)
            with conn.transaction(force_rollback=True):
                return list(_problems(conn, settings, months))
    except DatabaseUnreachableError as error:
        return [str(error)]
    except psycopg.Error as error:  # such as no right to read what an earlier run has written
        return [f"schema tier1 cannot be read: {_reason(error)}. {_RIGHTS}"]


def _problems(conn: Connection, settings: Settings, months: Iterable[Month]) -> Iterator[str]:
    try:
        with conn.transaction():
            ensure_schema(conn)
    except psycopg.Error as error:
        yield _reason(error)
        return
    yield from ensure_baseline_views(conn, settings.baseline_table, settings.baseline_time_column)
    for what, write in _writes(conn):
        try:
            with conn.transaction():
                write()
        except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
            log.info("Whether %s can be written is not known, somebody holds it: %s", what, error)
        except psycopg.Error as error:
            yield f"{what} cannot be written: {_reason(error)}. {_RIGHTS}"
    leaves = [f"{stage.name}_{str(month).replace('-', '_')}" for stage in STAGES for month in months]
    for leaf, owner in conn.execute(_OWNED_BY_OTHERS, [SCHEMA, leaves]):
        yield (
            f"tier1.{leaf} belongs to {owner}, so that its month cannot be replaced: make {conn.info.user} "
            "the owner of schema tier1, docs/how-to/database-roles.md."
        )


def _writes(conn: Connection) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what a run writes, in the order of the run, and what writes it."""
    if stored_base(conn) is None:
        yield "the basket base", partial(_write_base, conn)
    panel = MonthPanel(
        Panel(_BAR, np.ones((len(PAIRS), 1))), 0, f"{_MONTH}-01", snapshot(conn), is_kept=False
    )
    yield "the prices that a stage keeps", partial(keep_month, conn, _MONTH, panel, NAME)
    for stage in STAGES:
        yield f"a month of {stage.name}", partial(_write_month, conn, stage, panel)
    yield "the progress", partial(replace_row, conn, Progress(NAME, NAME, 1, 0))
    yield "what waits for the disk", partial(wait_for_disk, conn)
    yield "a temporary table of validate", partial(conn.execute, f"create temp table {NAME} ()")
    yield "the report", partial(replace_report, conn, NAME, {})


def _write_base(conn: Connection) -> None:
    # of two there is one too many, which another run has stored meanwhile
    with suppress(errors.UniqueViolation), conn.transaction():
        store_base(conn, BasketBase(_BAR[0], np.zeros(len(CURRENCIES))))


def _write_month(conn: Connection, stage: Stage, panel: MonthPanel) -> None:
    lock_month(conn, stage.name, _MONTH)
    nulls = np.full((len(stage.features), len(_BAR)), np.nan)
    digest = publish_month(conn, stage.name, _MONTH, _BAR, nulls, patience_seconds=0)
    now, basis = datetime.now(UTC), Basis(NAME, panel.read_from, None, panel.seen)
    maker = Maker(NAME, NAME, NAME, vcpus=1, at_once=1)
    write_marker(conn, Marker(stage.name, _MONTH, len(_BAR), digest, NAME, maker, now, now, basis))


def _reason(error: psycopg.Error) -> str:
    return str(error).strip().splitlines()[0]
