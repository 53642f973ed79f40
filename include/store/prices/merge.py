"""Writes bars that have come into a table that is there: only what is known, and only what differs."""

from collections.abc import Iterator
from typing import LiteralString, cast

from psycopg import Connection, Cursor, sql
from psycopg.rows import TupleRow

from include.store.prices.facts import TableFacts
from include.store.prices.incoming import Incoming, columns_of
from include.store.prices.tables import PriceTables
from include.store.prices.writable import NOTHING

_ACCURACY = 1e-9  # as the contract's
_SAID_ONLY = "volume"  # no feature is made from it
_DOUBLE = "double precision"
_FULL_TIMES = ("timestamp with time zone", "timestamp without time zone")


class Merge:
    """The bars of one pair, about to be written into its table.

    Attributes:
        new: bars that the table lacks.
        changed: bars that it has with other values.
        notes: what is not written, or not as it came.
    """

    def __init__(self, conn: Connection, tables: PriceTables, table: TableFacts, incoming: Incoming) -> None:
        """Compare them with what is there; nothing is written yet.

        Raises:
            ValueError: the table cannot keep them as they are.
        """
        self._conn, self._tables, self._table, self._incoming = conn, tables, table, incoming
        alike = {column.lower(): column for column in table.columns}
        known = {
            name: column if column in table.columns else alike.get(column.lower(), column)
            for name, column in columns_of(tables).items()
            if name in incoming.known
        }
        self._written = {
            name: column
            for name, column in known.items()
            if column in table.columns and not table.columns[column].is_made
        }
        self.notes: list[str] = []
        if lacking := [column for name, column in known.items() if name not in self._written]:
            self.notes.append(f"{table.name} has no column for {', '.join(lacking)}: not written")
        self._require_times()
        for name, column in self._written.items():
            self._require_digits(name, column)
        self.new, self.changed = self._differences()
        if self.new and not table.triggers:  # one that fills the value in may be among them
            self._require_values()

    def write(self) -> None:
        """Change what differs, and add what is new.

        Raises:
            ValueError: a trigger has made something else of it.
        """
        if self.changed:
            self._execute(_UPDATE)
        if self.new:
            self._execute(_INSERT)
        if self._table.triggers and (left := sum(self._differences())):
            raise ValueError(
                f"{self._table.name} has triggers that change or drop what is written "
                f"({', '.join(self._table.triggers)}): {left} of {self.new + self.changed} bars would not be "
                f"there as they came. {NOTHING} Disable them for the load, or load where they write to"
            )

    def _require_times(self) -> None:
        """Refuse a type that would keep another time: a date, or one without the fractions of a second."""
        column = self._tables.time_column
        kind = self._table.columns[column].type
        if kind in _FULL_TIMES:
            return
        query = sql.SQL(
            "select ts at time zone 'UTC', (ts::{type})::text from {incoming}"
            " where ts::{type}::timestamptz <> ts order by ts limit 1"
        ).format(type=_type(kind), incoming=self._incoming.table)
        found = self._conn.execute(query).fetchone()
        if found is not None:
            raise ValueError(
                f"{self._table.name}.{column} is {kind}, which would keep {found[0]} as {found[1]}. "
                f"{NOTHING} Make it timestamptz"
            )

    def _require_digits(self, name: str, column: str) -> None:
        """Refuse a type that would keep another price."""
        kind = self._table.columns[column].type
        if kind == _DOUBLE:
            return
        query = sql.SQL(
            "select ts at time zone 'UTC', {value}, {value}::{type}::double precision, count(*) over ()"
            " from {incoming}"
            " where abs({value}::{type}::double precision - {value}) > {accuracy} * abs({value})"
            " order by ts limit 1"
        ).format(
            value=sql.Identifier(name),
            type=_type(kind),
            incoming=self._incoming.table,
            accuracy=sql.Literal(_ACCURACY),
        )
        found = self._conn.execute(query).fetchone()
        if found is None:
            return
        at, value, kept, bars = found
        lost = (
            f"{self._table.name}.{column} is {kind}, which keeps {value!r} of {at} UTC as {kept!r} "
            f"({bars} such bars)"
        )
        if name != _SAID_ONLY:
            raise ValueError(f"{lost}. {NOTHING} Make it double precision: digits would be lost")
        self.notes.append(lost)

    def _require_values(self) -> None:
        """Refuse to add bars without a value that each row has to have."""
        named = {column: name for name, column in self._written.items()}
        for column, known in self._table.columns.items():
            if not known.needs_value or column == self._tables.time_column:
                continue
            if column in named and not self._lacks(named[column]):
                continue
            raise ValueError(
                f"{self._table.name}.{column} takes no NULL and has no default, and new bars come without a "
                f"value for it. {NOTHING} Give it a default, or drop its NOT NULL"
            )

    def _lacks(self, name: str) -> bool:
        query = sql.SQL(
            "select from {incoming} i where i.{name} is null"
            " and not exists (select from {table} p where p.{time} = i.ts) limit 1"
        )
        return self._filled(query, name=sql.Identifier(name)).fetchone() is not None

    def _differences(self) -> tuple[int, int]:
        """Count the bars that the table lacks, and those that it has with other values."""
        return self._execute(_COUNT).fetchone() or (0, 0)

    def _execute(self, statement: LiteralString) -> Cursor[TupleRow]:
        return self._filled(
            sql.SQL(statement),
            columns=sql.SQL(", ").join(sql.Identifier(column) for column in self._written.values()),
            values=sql.SQL(", ").join(sql.Identifier("i", name) for name in self._written),
            update=self._each(", ", "{column} = coalesce(i.{value}::{type}, p.{column})"),
            again=self._each(", ", "{column} = coalesce(excluded.{column}, p.{column})"),
            # as the table would keep it: a number of five decimals, or a whole one
            differs=self._each(
                " or ", "i.{value} is not null and i.{value}::{type} is distinct from p.{column}"
            ),
        )

    def _filled(self, statement: sql.SQL, **values: sql.Composable) -> Cursor[TupleRow]:
        return self._conn.execute(
            statement.format(
                table=self._tables.table(self._incoming.pair),
                incoming=self._incoming.table,
                time=sql.Identifier(self._tables.time_column),
                **values,
            )
        )

    def _each(self, joined_by: LiteralString, template: LiteralString) -> sql.Composed:
        """Fill the template in for each column that is written."""
        return sql.SQL(joined_by).join(self._filled_in(template))

    def _filled_in(self, template: LiteralString) -> Iterator[sql.Composed]:
        for name, column in self._written.items():
            yield sql.SQL(template).format(
                value=sql.Identifier(name),
                column=sql.Identifier(column),
                type=_type(self._table.columns[column].type),
            )


def _type(kind: str) -> sql.SQL:
    """Return a type as PostgreSQL's catalogue writes it, quoted where it has to be."""
    return sql.SQL(cast("LiteralString", kind))


_COUNT = """
select
    count(*) filter (where p.{time} is null),
    count(*) filter (where p.{time} is not null and ({differs}))
from {incoming} i left join {table} p on p.{time} = i.ts"""

_UPDATE = """
update {table} p set {update} from {incoming} i where p.{time} = i.ts and ({differs})"""

# a column that takes no NULL would stop an "on conflict" for bars that are there, so that is for those only
# which somebody adds at the same time
_INSERT = """
insert into {table} as p ({time}, {columns})
select i.ts, {values} from {incoming} i
where not exists (select from {table} p where p.{time} = i.ts) order by i.ts
on conflict ({time}) do update set {again}"""
