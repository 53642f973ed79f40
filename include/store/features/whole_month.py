"""A whole month of features, with a pair's baseline where wanted, as all of it is at one moment."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from psycopg import Connection, sql

from include.months import Month, start_of
from include.stages import STAGES, Stage
from include.store.features.baseline import Baseline, Expression
from include.store.features.profile import as_number
from include.store.features.reading import as_floats, as_times
from include.store.schema import SCHEMA

_NULL = bytes.fromhex("7ff8746965723121")
"""Stands for NULL on the way: nobody else makes a NaN of these bits, so that a stored one stays one."""
_AS_DOUBLES = "string_agg(coalesce(float8send({}), %(null)s), null)"
_AS_TEXTS = "array_agg({})"


@dataclass(frozen=True, slots=True)
class Column:
    """The values of a column, bar by bar.

    Attributes:
        name: its name.
        values: float64, or texts; anything where there is none.
        is_null: where there is none.
    """

    name: str
    values: np.ndarray
    is_null: np.ndarray


@dataclass(frozen=True, slots=True)
class WholeMonth:
    """A month at one moment: whatever is asked of it, and however late, is of the same snapshot."""

    conn: Connection
    month: Month
    baseline: Baseline | None

    def digests(self) -> dict[str, str]:
        """Digest what is in the tables now, by table; of a stage as its marker does when it is published."""
        of_stage = sql.SQL("{} as bar where ts_utc >= %(start)s and ts_utc < %(end)s")
        sources = {stage.name: of_stage.format(_table(stage)) for stage in STAGES}
        if self.baseline is not None:
            own = self.baseline
            sources[own.name] = sql.SQL("({}) as bar").format(_bars(own.table, own.time, own.columns))
        return {name: self._digest(source) for name, source in sources.items()}

    def columns(self) -> tuple[np.ndarray, list[Column]]:
        """Read all columns, those of the baseline first, then the features in the order of the contract.

        Returns:
            Bar opening times, `datetime64[us]`: the stages' own, or where there is a baseline that one's. And
            the columns at these bars; a feature is NULL where its stage has no such bar.

        Raises:
            ValueError: the stages do not have the same bars.
        """
        parts = [self._of_stage(stage) for stage in STAGES]
        if self.baseline is not None:
            own = self.baseline
            parts.insert(0, self._read(own.table, own.time, own.columns))
        (ts, _), *others = parts
        if not all(np.array_equal(ts, other) for other, _ in others):
            raise ValueError(
                f"the stages have not the same bars in {self.month}: look with ./tier1 validate, and compute "
                "the month anew with ./tier1 run STAGE --force"
            )
        return ts, [column for _, columns in parts for column in columns]

    def _of_stage(self, stage: Stage) -> tuple[np.ndarray, list[Column]]:
        columns = [Expression(feature.name, as_number(feature)) for feature in stage.features]
        if self.baseline is None:
            return self._read(_table(stage), sql.Identifier("ts_utc"), columns)
        own = self.baseline
        # both sides are bound to the month: PostgreSQL would not find the second bound by itself
        joined = sql.SQL(
            "{} as own left join {} as stage"
            " on (stage.ts_utc = own.{} and stage.ts_utc >= %(start)s and stage.ts_utc < %(end)s)"
        ).format(own.table, _table(stage), own.time)
        return self._read(joined, sql.SQL("own.{}").format(own.time), columns)

    def _read(
        self, source: sql.Composable, time: sql.Composable, columns: Sequence[Expression]
    ) -> tuple[np.ndarray, list[Column]]:
        """Read columns of the month's bars: each comes as one string, which costs least."""
        sent = [
            sql.SQL(_AS_DOUBLES if it.is_number else _AS_TEXTS).format(sql.Identifier(f"c{n}"))
            for n, it in enumerate(columns)
        ]
        query = sql.SQL("select {} from ({} order by at) bars").format(
            sql.SQL(", ").join([sql.SQL("string_agg(timestamptz_send(at), null)"), *sent]),
            _bars(source, time, columns),
        )
        times, *values = self._row(query)
        return as_times(times or b""), list(map(_column, columns, values))

    def _digest(self, source: sql.Composable) -> str:
        (digest,) = self._row(
            sql.SQL("select coalesce(sum(hash_record_extended(bar, 0)), 0) from {}").format(source)
        )
        return str(digest)

    def _row(self, query: sql.Composed) -> tuple[Any, ...]:
        values = {"start": start_of(self.month), "end": start_of(self.month + 1), "null": _NULL}
        return self.conn.execute(query, values, binary=True).fetchone() or ()


@contextmanager
def at_one_moment(conn: Connection, month: Month, baseline: Baseline | None = None) -> Iterator[WholeMonth]:
    """Look at a month in a transaction of its own: what others publish meanwhile is not seen.

    They wait, for they swap a month's table, so be quick.
    """
    tables = [_table(stage) for stage in STAGES] + ([] if baseline is None else [baseline.table])
    with conn.transaction():
        conn.execute("set transaction isolation level repeatable read, read only")
        # before there is a snapshot: rows that are loaded frozen are seen by older ones, too
        conn.execute(
            sql.SQL("lock table {} in access share mode").format(
                sql.SQL(", ").join(sql.SQL("only {}").format(table) for table in tables)
            )
        )
        yield WholeMonth(conn, month, baseline)


def _bars(source: sql.Composable, time: sql.Composable, columns: Sequence[Expression]) -> sql.Composed:
    """Select the month's bars: when each opened, and these columns as c0, c1 and so on."""
    named = [sql.SQL("{} as {}").format(it.value, sql.Identifier(f"c{n}")) for n, it in enumerate(columns)]
    return sql.SQL("select {} from {} where {time} >= %(start)s and {time} < %(end)s").format(
        sql.SQL(", ").join([sql.SQL("{} as at").format(time), *named]), source, time=time
    )


def _column(expression: Expression, sent: Any) -> Column:
    if expression.is_number:
        is_null = np.frombuffer(sent or b"", ">u8") == int.from_bytes(_NULL)
        return Column(expression.name, as_floats(sent or b""), is_null)
    texts = np.array(sent or [], object)
    return Column(expression.name, texts, np.array([text is None for text in texts], bool))


def _table(stage: Stage) -> sql.Identifier:
    return sql.Identifier(SCHEMA, stage.name)
