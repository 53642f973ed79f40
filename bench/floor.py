"""The floor: how fast this server takes the finished rows when nothing has to be computed or encoded.

The rows are those that the product has stored. Each month is fetched in the form in which it is sent, outside
of the measured time, and then sent: a table created and filled with COPY BINARY and FREEZE, its key built,
committed.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from psycopg import Connection, sql

from bench.usage import Meter
from include.stages import STAGES
from include.store.connection import connect
from include.store.schema import SCHEMA, feature_columns

CHUNK = 128 * 1024  # what psycopg sends at once
FLOOR = "floor"


def copy_in(url: str, server: int, months: list[str], connections: int) -> dict[str, Any]:
    """Send the finished rows of the months, so many months at a time.

    Returns:
        The `Usage`; memory is that of whole months, ready to be sent.
    """
    meter = Meter(server)
    with ExitStack() as stack:
        conns = [stack.enter_context(connect(url)) for _ in range(connections)]
        pool = stack.enter_context(ThreadPoolExecutor(connections))
        conns[0].execute(sql.SQL("drop schema if exists {0} cascade; create schema {0}").format(_schema()))
        conns[0].execute("checkpoint")
        for at in range(0, len(months), connections):
            some = months[at : at + connections]
            ready = [(month, [_fetched(conns[0], stage.name, month) for stage in STAGES]) for month in some]
            with meter:
                list(pool.map(_send_month, conns, *zip(*ready, strict=True)))
        conns[0].execute(sql.SQL("drop schema {} cascade").format(_schema()))
    return asdict(meter.usage)


def _fetched(conn: Connection, stage: str, month: str) -> list[bytes]:
    """Fetch a month of a stage as COPY BINARY wants it."""
    table = sql.Identifier(SCHEMA, f"{stage}_{month.replace('-', '_')}")
    with conn.cursor().copy(sql.SQL("copy {} to stdout (format binary)").format(table)) as copy:
        return list(_joined(bytes(row) for row in copy))


def _joined(rows: Iterator[bytes]) -> Iterator[bytes]:
    chunk = bytearray()
    for row in rows:
        chunk += row
        if len(chunk) >= CHUNK:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk)


def _send_month(conn: Connection, month: str, stages: list[list[bytes]]) -> None:
    with conn.transaction():
        for stage, chunks in zip(STAGES, stages, strict=True):
            table = sql.Identifier(FLOOR, f"{stage.name}_{month.replace('-', '_')}")
            conn.execute(sql.SQL("create table {} ({})").format(table, feature_columns(stage.name)))
            with conn.cursor().copy(
                sql.SQL("copy {} from stdin (format binary, freeze)").format(table)
            ) as copy:
                for chunk in chunks:
                    copy.write(chunk)
            conn.execute(sql.SQL("alter table {} add primary key (ts_utc)").format(table))


def _schema() -> sql.Identifier:
    return sql.Identifier(FLOOR)
