"""Loads bars into the price tables: all of them or none."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import LiteralString, cast

import pandas as pd
from psycopg import Connection, sql

from include.market import PAIRS
from include.sources.bars import PairBars, by_pair
from include.store.prices.incoming import Incoming, columns_of
from include.store.prices.tables import PriceTables

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
    """

    pair: str
    new: int
    changed: int
    unchanged: int
    repeated: int = 0


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
        ValueError: a bar has no time, or two bars of a pair and a time differ.
    """
    incoming: dict[str, Incoming] = {}
    with conn.transaction():
        for part in bars:
            if part.pair not in incoming:
                types = _types(conn, tables, part.pair)
                _refuse_without_columns(tables, part.pair, types)
                incoming[part.pair] = Incoming(conn, tables, part.pair, may_create=not (types or dry_run))
            incoming[part.pair].add(part)
        in_order = [incoming[pair] for pair in PAIRS if pair in incoming]
        loaded = []
        for it in in_order:
            told(it.pair)
            loaded.append(_load_pair(conn, tables, it, source, dry_run=dry_run))
    if not dry_run:
        log.info("loaded %d bars from %s to %s", *_extent(in_order))
    return loaded


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
    conn: Connection, tables: PriceTables, incoming: Incoming, source: str, *, dry_run: bool
) -> Loaded:
    incoming.settle(source)
    if not incoming.is_waiting:
        return Loaded(incoming.pair, incoming.rows, 0, 0)
    types = _types(conn, tables, incoming.pair)
    new, changed = incoming.rows, 0
    if types:
        new, changed = _differences(conn, tables, incoming, types)
    loaded = Loaded(incoming.pair, new, changed, incoming.rows - new - changed, incoming.repeated)
    if not dry_run and (new or changed):
        _merge(conn, tables, incoming, types)
    return loaded


def _merge(conn: Connection, tables: PriceTables, incoming: Incoming, types: dict[str, str]) -> None:
    known = _known(tables, incoming, types)
    lacking = incoming.known - {name for name, _ in known}
    if lacking:
        log.info(
            "%s has no column for %s: not written", tables.name(incoming.pair), ", ".join(sorted(lacking))
        )
    merge = sql.SQL(_MERGE).format(
        table=tables.table(incoming.pair),
        incoming=incoming.table,
        time=sql.Identifier(tables.time_column),
        columns=sql.SQL(", ").join(sql.Identifier(column) for _, column in known),
        values=sql.SQL(", ").join(sql.Identifier(name) for name, _ in known),
        update=sql.SQL(", ").join(
            sql.SQL("{c} = coalesce(excluded.{c}, p.{c})").format(c=sql.Identifier(column))
            for _, column in known
        ),
        differs=sql.SQL(" or ").join(
            sql.SQL("excluded.{c} is not null and excluded.{c} is distinct from p.{c}").format(
                c=sql.Identifier(column)
            )
            for _, column in known
        ),
    )
    conn.execute(merge)


def _known(tables: PriceTables, incoming: Incoming, types: dict[str, str]) -> list[tuple[str, str]]:
    """Return the values that are known and that the table has a column for, with the column."""
    wanted = {name: column for name, column in columns_of(tables).items() if name in incoming.known}
    return [(name, column) for name, column in wanted.items() if column in types]


def _refuse_without_columns(tables: PriceTables, pair: str, types: dict[str, str]) -> None:
    settings = {tables.time_column: "TIER1_TIME_COLUMN", tables.close_column: "TIER1_CLOSE_COLUMN"}
    for column, setting in settings.items():
        if types and column not in types:
            raise ValueError(
                f"{tables.name(pair)} has no column {column}: set {setting}, it has {', '.join(types)}"
            )


def _types(conn: Connection, tables: PriceTables, pair: str) -> dict[str, str]:
    """Return the types of the table's columns; none where there is no table."""
    query = (
        "select attname, format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped"
    )
    return dict(conn.execute(query, [tables.table(pair).as_string(conn)]).fetchall())


def _differences(
    conn: Connection, tables: PriceTables, incoming: Incoming, types: dict[str, str]
) -> tuple[int, int]:
    """Count the bars that the table lacks, and those that it has with other values."""
    differs = sql.SQL(" or ").join(
        # as the table would keep it: a number of three decimals, or a whole one
        sql.SQL("i.{name} is not null and i.{name}::{type} is distinct from p.{column}").format(
            name=sql.Identifier(name),
            type=sql.SQL(cast("LiteralString", types[column])),
            column=sql.Identifier(column),
        )
        for name, column in _known(tables, incoming, types)
    )
    query = sql.SQL(_COUNT).format(
        table=tables.table(incoming.pair),
        incoming=incoming.table,
        time=sql.Identifier(tables.time_column),
        differs=differs,
    )
    return conn.execute(query).fetchone() or (0, 0)


_COUNT = """
select
    count(*) filter (where p.{time} is null),
    count(*) filter (where p.{time} is not null and ({differs}))
from {incoming} i left join {table} p on p.{time} = i.ts"""

_MERGE = """
insert into {table} as p ({time}, {columns})
select ts, {values} from {incoming} order by ts
on conflict ({time}) do update set {update} where {differs}"""
