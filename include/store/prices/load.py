"""Loads bars into the price tables: all of them or none."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import LiteralString, cast

import pandas as pd
from psycopg import Connection, sql

from include.market import PAIRS
from include.sources.bars import FIELDS, PairBars, by_pair
from include.store.prices.incoming import Incoming
from include.store.prices.tables import PriceTables, create_missing

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
    *,
    dry_run: bool = False,
) -> list[Loaded]:
    """Insert or correct bars in one transaction; missing tables are created. Only what is known is written.

    Args:
        conn: the feature database.
        tables: where the prices go.
        bars: in any order; a value that is NaN leaves what is there.
        source: where they come from, for messages.
        dry_run: only say what it would do.

    Raises:
        ValueError: a bar has no time, or two bars of a pair and a time differ.
    """
    incoming: dict[str, Incoming] = {}
    with conn.transaction():
        for part in bars:
            if part.pair not in incoming:
                incoming[part.pair] = Incoming(conn, part.pair)
            incoming[part.pair].add(part)
        in_order = [incoming[pair] for pair in PAIRS if pair in incoming]
        loaded = [_load_pair(conn, tables, it, source, dry_run=dry_run) for it in in_order]
        first, last = _extent(conn, in_order)
    if not dry_run:
        log.info("loaded %d bars from %s to %s", sum(it.rows for it in in_order), first, last)
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


def _extent(conn: Connection, incoming: list[Incoming]) -> tuple[object, object]:
    """Find the first and the last time."""
    if not incoming:
        return None, None
    parts = sql.SQL(" union all ").join(
        sql.SQL("select min(ts) as first, max(ts) as last from {}").format(it.table) for it in incoming
    )
    return conn.execute(
        sql.SQL("select min(first), max(last) from ({}) parts").format(parts)
    ).fetchone() or (None, None)


def _load_pair(
    conn: Connection, tables: PriceTables, incoming: Incoming, source: str, *, dry_run: bool
) -> Loaded:
    incoming.settle(source)
    types = _types(conn, tables, incoming.pair)
    new, changed = incoming.rows, 0
    if types:
        new, changed = _differences(conn, tables, incoming, types)
    loaded = Loaded(incoming.pair, new, changed, incoming.rows - new - changed, incoming.repeated)
    if dry_run or not (new or changed):
        return loaded
    create_missing(conn, tables, incoming.pair)
    known = _known(tables, types or dict.fromkeys(_columns(tables).values(), "double precision"))
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
    return loaded


def _columns(tables: PriceTables) -> dict[str, str]:
    """Return the column of each field."""
    return {name: tables.close_column if name == "close" else name for name in FIELDS}


def _known(tables: PriceTables, types: dict[str, str]) -> list[tuple[str, str]]:
    """Return the fields that the table has a column for, with the column."""
    return [(name, column) for name, column in _columns(tables).items() if column in types]


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
        for name, column in _known(tables, types)
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
