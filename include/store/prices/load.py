"""Loads bars into the price tables: all of them or none."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

import pandas as pd
import psycopg
from psycopg import Connection

from include.market import PAIRS
from include.sources.bars import PairBars, by_pair
from include.store.prices.facts import TableFacts, facts_of
from include.store.prices.incoming import Incoming
from include.store.prices.merge import Merge
from include.store.prices.tables import PriceTables
from include.store.prices.writable import NOTHING, require_free_name, require_loadable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the load did to one pair's table.

    Attributes:
        pair: the pair.
        new: rows that were not there.
        changed: rows that were there with other values.
        unchanged: rows that were there with these values.
        repeated: bars that came more than once, and were taken once.
        notes: what was not written, or not as it came.
    """

    pair: str
    new: int
    changed: int
    unchanged: int
    repeated: int = 0
    notes: tuple[str, ...] = ()


def load_bars(conn: Connection, tables: PriceTables, bars: pd.DataFrame) -> list[Loaded]:
    """Insert or correct the bars of a long table; for the rest see `load`."""
    return load(conn, tables, by_pair(bars))


def load(
    conn: Connection,
    tables: PriceTables,
    bars: Iterable[PairBars],
    source: str = "the files together",
    told: Callable[[str], None] = lambda _pair: None,
    *,
    dry_run: bool = False,
) -> list[Loaded]:
    """Insert or correct bars in one transaction; missing tables are created. Only what is known is written.

    Args:
        conn: the feature database.
        tables: where the prices go.
        bars: in any order; a value that is NaN leaves what is there.
        source: where they come from, for messages.
        told: is called with each pair when all bars have come and its table is next.
        dry_run: only say what it would do.

    Raises:
        ValueError: a bar has no time, two bars of a pair and a time differ, or a table does not take bars.
    """
    incoming: dict[str, Incoming] = {}
    facts: dict[str, TableFacts | None] = {}
    with conn.transaction():
        for part in bars:
            with _refusals_in_words(tables.name(part.pair)):
                if part.pair not in incoming:
                    facts[part.pair] = table = facts_of(conn, tables, part.pair)
                    if table is None:
                        require_free_name(conn, tables, part.pair)
                    else:
                        require_loadable(conn, tables, table)
                    may_create = table is None and not dry_run
                    incoming[part.pair] = Incoming(conn, tables, part.pair, may_create=may_create)
                incoming[part.pair].add(part)
        in_order = [incoming[pair] for pair in PAIRS if pair in incoming]
        loaded = []
        for it in in_order:
            told(it.pair)
            with _refusals_in_words(tables.name(it.pair)):
                loaded.append(_load_pair(conn, tables, facts[it.pair], it, source, dry_run=dry_run))
    if not dry_run:
        log.info("loaded %d bars from %s to %s", *_extent(in_order))
    return loaded


@contextmanager
def _refusals_in_words(table: str) -> Iterator[None]:
    """Say which table the database has refused to change, and that nothing was loaded."""
    try:
        yield
    except psycopg.OperationalError:  # the same may succeed later
        raise
    except psycopg.Error as error:
        said = ": ".join(filter(None, [error.diag.message_primary, error.diag.message_detail])) or str(error)
        raise ValueError(
            f"{table} does not take these bars: {said.rstrip('.')}. {NOTHING} Correct them, or the table"
        ) from error


def total(parts: Iterable[list[Loaded]]) -> list[Loaded]:
    """Sum up what several loads, made while this asks for them, did to each pair's table."""
    sums = {pair: Loaded(pair, 0, 0, 0) for pair in PAIRS}
    for loaded in chain.from_iterable(parts):
        so_far = sums[loaded.pair]
        sums[loaded.pair] = Loaded(
            loaded.pair,
            so_far.new + loaded.new,
            so_far.changed + loaded.changed,
            so_far.unchanged + loaded.unchanged,
            so_far.repeated + loaded.repeated,
            tuple(dict.fromkeys(so_far.notes + loaded.notes)),
        )
    return [done for done in sums.values() if done.new or done.changed or done.unchanged]


def _extent(incoming: list[Incoming]) -> tuple[int, object, object]:
    """Return how many bars there are, and their first and last time."""
    first, last = (
        min((it.first for it in incoming), default=None),
        max((it.last for it in incoming), default=None),
    )
    return sum(it.rows for it in incoming), first, last


def _load_pair(
    conn: Connection,
    tables: PriceTables,
    table: TableFacts | None,
    incoming: Incoming,
    source: str,
    *,
    dry_run: bool,
) -> Loaded:
    incoming.settle(source)
    if table is None:
        table = facts_of(conn, tables, incoming.pair) if incoming.is_waiting else None
    if table is None or not incoming.rows:
        return Loaded(incoming.pair, incoming.rows, 0, 0, incoming.repeated)
    merge = Merge(conn, tables, table, incoming)
    if not dry_run:
        merge.write()
    unchanged = incoming.rows - merge.new - merge.changed
    return Loaded(incoming.pair, merge.new, merge.changed, unchanged, incoming.repeated, tuple(merge.notes))
