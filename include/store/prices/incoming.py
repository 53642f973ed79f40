"""Bars on their way into a price table: a temporary table for each pair, which ends with the transaction."""

import numpy as np
from psycopg import Connection, sql

from include.sources.bars import FIELDS, PairBars
from include.sources.repeats import without_repeats
from include.store.copy_binary import copy_rows


class Incoming:
    """The bars of one pair that a load has brought so far.

    Attributes:
        pair: the pair.
        rows: how many there are.
        repeated: how many were dropped, because the same bar was there already.
    """

    def __init__(self, conn: Connection, pair: str) -> None:
        """Make the table; call it within a transaction."""
        self.pair, self.rows, self.repeated = pair, 0, 0
        self.table = sql.Identifier("pg_temp", f"incoming_{pair}")
        self._conn = conn
        self._last = np.datetime64("0001-01-01", "us")
        self._in_order = True
        columns = sql.SQL(", ").join(
            sql.SQL("{} double precision").format(sql.Identifier(name)) for name in FIELDS
        )
        create = sql.SQL("create temp table {} (ts timestamptz, {}) on commit drop")
        conn.execute(create.format(sql.Identifier(f"incoming_{pair}"), columns))

    def add(self, bars: PairBars) -> None:
        """Bring some more bars.

        Raises:
            ValueError: a bar has no time.
        """
        if np.isnat(bars.ts).any():
            raise ValueError(
                f"a bar of {self.pair} has no time, so nothing was loaded: give every bar its ts_utc"
            )
        if len(bars.ts) == 0:
            return
        follows = bars.ts[0] > self._last and bool((np.diff(bars.ts) > np.timedelta64(0)).all())
        self._in_order, self._last = self._in_order and follows, bars.ts[-1]
        values = np.array([bars.field(name) for name in FIELDS])
        columns = sql.SQL(", ").join(map(sql.Identifier, FIELDS))
        copy = sql.SQL("copy {} (ts, {}) from stdin (format binary)").format(self.table, columns)
        copy_rows(self._conn, copy, bars.ts, values, ["double precision"] * len(FIELDS))
        self.rows += len(bars.ts)

    def settle(self, source: str) -> None:
        """Drop what came twice; all in order cannot have.

        Args:
            source: where the bars come from, for messages.

        Raises:
            BadPricesError: two bars of one time differ.
        """
        if not self._in_order:
            self._drop_repeats(source)
        self._conn.execute(sql.SQL("analyze {}").format(self.table))

    def _drop_repeats(self, source: str) -> None:
        query = sql.SQL(
            "delete from {table} where ts in (select ts from {table} group by ts having count(*) > 1)"
            " returning ts at time zone 'UTC', {columns}"
        ).format(table=self.table, columns=sql.SQL(", ").join(map(sql.Identifier, FIELDS)))
        found = self._conn.execute(query).fetchall()
        if not found:
            return
        ts, *values = zip(*found, strict=True)
        columns = {name: np.array(it, float) for name, it in zip(FIELDS, values, strict=True)}
        bars, dropped = without_repeats(source, PairBars(self.pair, np.array(ts, "datetime64[us]"), columns))
        self.rows -= len(ts)
        self.repeated += dropped
        self.add(bars)
