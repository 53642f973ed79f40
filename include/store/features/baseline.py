"""The user's own features of before, if any: a pair's table, and a view with the 384 beside it."""

import logging
from dataclasses import dataclass

from psycopg import Connection, errors, sql

from include.market import PAIRS
from include.settings import table_of
from include.stages.catalogue import FEATURES
from include.store.schema import SCHEMA

log = logging.getLogger(__name__)

_VIEWS_LOCK = 0x7134  # beside those of the schema and of the price watch
_TYPES = """
select attname::text, format_type(coalesce(nullif(typbasetype, 0), t.oid), null) from pg_attribute
join pg_type t on t.oid = atttypid
where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum"""
_NUMBERS = {"double precision", "real", "numeric", "smallint", "integer", "bigint"}
_COLUMNS = """
select array_agg(attname::text order by attnum) from pg_attribute
where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped"""


@dataclass(frozen=True, slots=True)
class Expression:
    """A column of a query.

    Attributes:
        name: what it is called.
        value: what stands for it in the query.
        is_number: whether it is a double; else it is a text.
    """

    name: str
    value: sql.Composable
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Baseline:
    """A pair's own features of before.

    Attributes:
        pair: the pair.
        name: the table's name.
        table: the same, quoted.
        time: its column with the opening time of a bar.
        columns: all others: numbers and flags as doubles, whatever else there is as text.
    """

    pair: str
    name: str
    table: sql.Identifier
    time: sql.Identifier
    columns: tuple[Expression, ...]


def find_baseline(conn: Connection, pair: str, pattern: str, time_column: str) -> Baseline:
    """Find the pair's baseline table, for a join with the features.

    Raises:
        ValueError: there is no such pair, or no such table, or it cannot be joined.
    """
    if pair not in PAIRS:
        raise ValueError(f"unknown pair {pair!r}; the pairs are {' '.join(PAIRS)}")
    name = table_of(pattern, pair)
    table = sql.Identifier(*name.split("."))
    types = dict(conn.execute(_TYPES, [table.as_string(conn)]).fetchall())
    if not types:
        raise ValueError(f"no baseline: table {name} is missing. Create it, or set TIER1_BASELINE_TABLE.")
    if types.pop(time_column, None) is None:
        raise ValueError(f"table {name} has no column {time_column}: set TIER1_BASELINE_TIME_COLUMN")
    twice = sorted(types.keys() & {"ts_utc", *(feature.name for feature in FEATURES)})
    if twice:
        raise ValueError(
            f"table {name} cannot be joined: TIER 1 has columns {', '.join(twice)}, too; rename them"
        )
    columns = tuple(_exported(column, type_name) for column, type_name in types.items())
    return Baseline(pair, name, table, sql.Identifier(time_column), columns)


def _exported(column: str, type_name: str) -> Expression:
    is_number = type_name in _NUMBERS | {"boolean"}
    cast = "::integer::double precision" if type_name == "boolean" else "::double precision"
    value = sql.SQL("{}{}").format(sql.Identifier(column), sql.SQL(cast if is_number else "::text"))
    return Expression(column, value, is_number)


def ensure_baseline_views(conn: Connection, pattern: str, time_column: str) -> list[str]:
    """Create the view `tier1.features_{pair}` of each pair with a baseline table; renew an outdated one.

    What cannot be joined is logged, and does not stop a stage: validation says that the view is missing.

    Args:
        conn: the feature database, with its schema in place.
        pattern: `schema.table` of the baselines, with `{pair}` in it.
        time_column: opening time of a bar in them.

    Returns:
        What cannot be joined, and why.
    """
    problems: list[str] = []
    for pair in PAIRS:
        baseline = sql.Identifier(*table_of(pattern, pair).split("."))
        columns = _columns(conn, baseline)
        if columns:
            try:
                _ensure_view(conn, sql.Identifier(SCHEMA, f"features_{pair}"), baseline, columns, time_column)
            except errors.Error as error:
                log.warning("%s cannot be joined to its features: %s", table_of(pattern, pair), error)
                why = str(error).strip().splitlines()[0]
                problems.append(f"{table_of(pattern, pair)} cannot be joined to its features: {why}")
    return problems


def _ensure_view(
    conn: Connection, view: sql.Identifier, baseline: sql.Identifier, columns: list[str], time_column: str
) -> None:
    names = [feature.name for feature in FEATURES]
    if _columns(conn, view) == [*columns, *names]:
        return
    query = sql.SQL(
        "create view {} as select {}, {} from {} as baseline left join tier1.features as tier1"
        " on tier1.ts_utc = baseline.{}"
    ).format(
        view,
        sql.SQL(", ").join(sql.Identifier("baseline", name) for name in columns),
        sql.SQL(", ").join(sql.Identifier("tier1", name) for name in names),
        baseline,
        sql.Identifier(time_column),
    )
    with conn.transaction():
        conn.execute("set local lock_timeout = '2s'")  # a reader of the view must not stop a stage
        conn.execute("select pg_advisory_xact_lock(%s)", [_VIEWS_LOCK])
        if _columns(conn, view) != [*columns, *names]:  # nobody else was quicker
            conn.execute(sql.SQL("drop view if exists {}").format(view))
            conn.execute(query)


def _columns(conn: Connection, relation: sql.Identifier) -> list[str] | None:
    """Return the relation's columns; None where it does not exist."""
    (names,) = conn.execute(_COLUMNS, [relation.as_string(conn)]).fetchone() or (None,)
    return names
