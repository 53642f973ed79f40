"""Bars on their way into a price table, within one transaction.

They wait in a temporary table until all have come; where there is no price table yet, and they come in the
order of their times, they go right into a new one, at the speed of COPY.
"""

import numpy as np
from psycopg import Connection, sql

from include.sources.bars import FIELDS, PairBars
from include.sources.repeats import without_repeats
from include.store.copy_binary import copy_rows
from include.store.prices.tables import PriceTables, create_missing


def columns_of(tables: PriceTables) -> dict[str, str]:
    """Return the price tables' column of each value of a bar."""
    return {name: tables.close_column if name == "close" else name for name in FIELDS}


class Incoming:
    """The bars of one pair that a load has brought so far.

    Attributes:
        pair: the pair.
        rows: how many there are.
        repeated: how many were dropped, because the same bar was there already.
        first: the earliest time.
        last: the latest time.
        known: the values that at least one of them has.
        is_waiting: they are in the temporary table.
        table: the temporary table; it ends with the transaction.
    """

    def __init__(self, conn: Connection, tables: PriceTables, pair: str, *, may_create: bool) -> None:
        """Make the table that they go to; call it within a transaction."""
        self.pair, self.rows, self.repeated = pair, 0, 0
        self.table = sql.Identifier("pg_temp", f"incoming_{pair}")
        self._conn, self._tables = conn, tables
        self.known: set[str] = set()
        self.first, self.last = np.datetime64("9999-12-31", "us"), np.datetime64("0001-01-01", "us")
        self._in_order = True
        self.is_waiting = not may_create
        if may_create:
            create_missing(conn, tables, pair)
        else:
            self._create_temporary()

    def _create_temporary(self) -> None:
        columns = sql.SQL(", ").join(
            sql.SQL("{} double precision").format(sql.Identifier(name)) for name in FIELDS
        )
        create = sql.SQL("create temp table {} (ts timestamptz, {}) on commit drop")
        self._conn.execute(create.format(sql.Identifier(f"incoming_{self.pair}"), columns))

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
        follows = bars.ts[0] > self.last and bool((np.diff(bars.ts) > np.timedelta64(0)).all())
        self._in_order = self._in_order and follows
        self.first, self.last = min(self.first, bars.ts.min()), max(self.last, bars.ts.max())
        if not (self._in_order or self.is_waiting):
            self._wait()
        self._copy(bars)
        self.rows += len(bars.ts)

    def _copy(self, bars: PairBars) -> None:
        values = np.array([bars.field(name) for name in FIELDS])
        self.known |= {
            name for name, column in zip(FIELDS, values, strict=True) if not np.isnan(column).all()
        }
        if self.is_waiting:
            statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(
                self.table, self._listed("ts")
            )
        else:  # frozen: nobody sees the table before the transaction ends
            statement = sql.SQL("copy {} ({}) from stdin (format binary, freeze)").format(
                self._tables.table(self.pair), self._listed()
            )
        copy_rows(self._conn, statement, bars.ts, values, ["double precision"] * len(FIELDS))

    def _listed(self, time: str | None = None) -> sql.Composed:
        """List the columns: of the temporary table where its time is named, else of the price table."""
        of_price_table = [self._tables.time_column, *columns_of(self._tables).values()]
        return sql.SQL(", ").join(map(sql.Identifier, of_price_table if time is None else [time, *FIELDS]))

    def _wait(self) -> None:
        """Take back what went right into the new table: something came twice, or out of order."""
        self._create_temporary()
        self._conn.execute(
            sql.SQL("insert into {} select {} from {}").format(
                self.table, self._listed(), self._tables.table(self.pair)
            )
        )
        self._conn.execute(sql.SQL("truncate {}").format(self._tables.table(self.pair)))
        self.is_waiting = True

    def settle(self, source: str) -> None:
        """Drop what came twice; all in order cannot have.

        Args:
            source: where the bars come from, for messages.

        Raises:
            BadPricesError: two bars of one time differ.
        """
        if not self._in_order:
            self._drop_repeats(source)
        if self.is_waiting:
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
