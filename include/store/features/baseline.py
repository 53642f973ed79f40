"""The user's own features of before, where there are any: per pair a view that joins the 384 to them."""

import logging

from psycopg import Connection, errors, sql

from include.market import PAIRS
from include.stages.catalogue import FEATURES
from include.store.schema import SCHEMA

log = logging.getLogger(__name__)

_LOCK = 0x7133
_COLUMNS = """
select array_agg(attname::text order by attnum) from pg_attribute
where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped"""


def ensure_baseline_views(conn: Connection, pattern: str, time_column: str) -> None:
    """Create the view `tier1.features_{pair}` of each pair with a baseline table; renew an outdated one.

    What cannot be joined is logged, and does not stop a stage: validation says that the view is missing.

    Args:
        conn: the feature database, with its schema in place.
        pattern: `schema.table` of the baselines, with `{pair}` in it.
        time_column: opening time of a bar in them.
    """
    for pair in PAIRS:
        baseline = sql.Identifier(*pattern.format(pair=pair).split("."))
        columns = _columns(conn, baseline)
        if columns:
            try:
                _ensure_view(conn, sql.Identifier(SCHEMA, f"features_{pair}"), baseline, columns, time_column)
            except errors.Error as error:
                log.warning("%s cannot be joined to its features: %s", pattern.format(pair=pair), error)


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
        conn.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        if _columns(conn, view) != [*columns, *names]:  # nobody else was quicker
            conn.execute(sql.SQL("drop view if exists {}").format(view))
            conn.execute(query)


def _columns(conn: Connection, relation: sql.Identifier) -> list[str] | None:
    """Return the relation's columns; None where it does not exist."""
    (names,) = conn.execute(_COLUMNS, [relation.as_string(conn)]).fetchone() or (None,)
    return names
