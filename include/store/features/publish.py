"""Publishes a month of a stage: its rows become visible together with what the caller adds, or not at all."""

import logging
from decimal import Decimal

import numpy as np
from psycopg import Connection, errors, sql
from tenacity import (
    Retrying,
    before_sleep_log,
    retry_if_exception_type,
    stop_after_delay,
    wait_random_exponential,
)

from include.months import Month, start_of
from include.stages import stage_named
from include.store.copy_binary import copy_rows
from include.store.features.digest import rows_digest
from include.store.schema import SCHEMA, feature_columns

log = logging.getLogger(__name__)

_LOCK_TIMEOUT = "2s"  # while we wait for a lock on the table, new readers queue behind us
_PATIENCE_SECONDS = 600
_STATISTICS_TARGET = 3  # all values of a direction
ANALYZED_AGAIN_AFTER = 2.0  # changes a row; the load itself is one


def publish_month(
    conn: Connection,
    stage: str,
    month: Month,
    ts: np.ndarray,
    columns: np.ndarray,
    patience_seconds: float = _PATIENCE_SECONDS,
) -> Decimal:
    """Replace a month of a stage with these rows, within the caller's transaction.

    The rows go into a table of their own that takes the place of the month's partition at the end: readers
    see the old month until the commit, and wait for the swap only. (`truncate` would be hardly faster,
    but locks the month's readers out during the load and shows an older snapshot an empty month.)

    Returns:
        The digest of the rows: validation makes it again of what is in the table, and notices a single bit.

    Raises:
        psycopg.errors.LockNotAvailable: a reader has held the stage's table for as long as that.
    """
    leaf = f"{stage}_{str(month).replace('-', '_')}"
    fresh = f"{leaf}_new"
    _load(conn, stage, month, fresh, ts, columns)
    digest = rows_digest(ts, columns, [f.type for f in stage_named(stage).features])  # before readers wait
    for attempt in Retrying(
        # a deadlock: somebody reads the old partition first and the stage's table second
        retry=retry_if_exception_type((errors.LockNotAvailable, errors.DeadlockDetected)),
        stop=stop_after_delay(patience_seconds),
        wait=wait_random_exponential(max=30),
        before_sleep=before_sleep_log(log, logging.WARNING),
        reraise=True,
    ):
        with attempt, conn.transaction():  # a savepoint: the load survives a lock that was not granted
            _swap(conn, stage, month, leaf, fresh)
    return digest


def _load(
    conn: Connection, stage: str, month: Month, fresh: str, ts: np.ndarray, columns: np.ndarray
) -> None:
    """Create and fill a table that fits as the month's partition; the key is cheaper built after the load.

    Not with `create table ... (like ...)`: that locks the stage's table until the end, and two workers that
    both go on to swap their month then wait for each other.
    """
    table = sql.Identifier(SCHEMA, fresh)
    conn.execute(
        sql.SQL(
            "create table {} ({}, check (ts_utc >= {} and ts_utc < {}))"
            " with (autovacuum_analyze_scale_factor = {})"
        ).format(table, feature_columns(stage), *_bounds(month), sql.Literal(ANALYZED_AGAIN_AFTER))
    )
    statement = sql.SQL("copy {} from stdin (format binary, freeze)").format(table)
    copy_rows(conn, statement, ts, columns, [f.type for f in stage_named(stage).features])
    conn.execute(
        sql.SQL("alter table {} add constraint {} primary key (ts_utc)").format(
            table, sql.Identifier(f"{fresh}_pkey")
        )
    )
    make_statistics(conn, table, stage)


def make_statistics(conn: Connection, table: sql.Identifier, stage: str) -> None:
    """Make what a plan needs of a month of a stage: statistics of its key, its directions and its flags.

    Those of all columns, which autovacuum would make, take 3 s a month: more than the load, and that while
    the next months are computed. For real numbers, which have no index, PostgreSQL's own guess will do.
    """
    conn.execute(sql.SQL("set local default_statistics_target = {}").format(sql.Literal(_STATISTICS_TARGET)))
    discrete = [f.name for f in stage_named(stage).features if f.type != "double precision"]
    names = sql.SQL(", ").join(map(sql.Identifier, ["ts_utc", *discrete]))
    conn.execute(sql.SQL("analyze {} ({})").format(table, names))


def _swap(conn: Connection, stage: str, month: Month, leaf: str, fresh: str) -> None:
    conn.execute(sql.SQL("set local lock_timeout = {}").format(_LOCK_TIMEOUT))
    for statement in (
        "drop table if exists {leaf_table}",
        "alter table {fresh_table} rename to {leaf}",
        "alter table {leaf_table} rename constraint {fresh_key} to {leaf_key}",
        "alter table {stage_table} attach partition {leaf_table} for values from ({start}) to ({end})",
    ):
        start, end = _bounds(month)
        conn.execute(
            sql.SQL(statement).format(
                leaf=sql.Identifier(leaf),
                leaf_table=sql.Identifier(SCHEMA, leaf),
                leaf_key=sql.Identifier(f"{leaf}_pkey"),
                fresh_table=sql.Identifier(SCHEMA, fresh),
                fresh_key=sql.Identifier(f"{fresh}_pkey"),
                stage_table=sql.Identifier(SCHEMA, stage),
                start=start,
                end=end,
            )
        )
    conn.execute("set local lock_timeout = 0")


def _bounds(month: Month) -> tuple[sql.Literal, sql.Literal]:
    return sql.Literal(start_of(month)), sql.Literal(start_of(month + 1))
