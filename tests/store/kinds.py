"""Price tables as people have them, made from the plain ones of a small history."""

import re
from itertools import cycle

from psycopg import Connection

from include.market import PAIRS

MADE = "create {kind} {new} as select * from {plain}"
FILLED = "; insert into {new} (time, close) select time, close from {plain}"
FILLED_DIGIT_BY_DIGIT = FILLED.replace("time, close from", "time, close::text::numeric from")
KINDS = {
    "a view": MADE.replace("{kind}", "view"),
    "a materialized view": MADE.replace("{kind}", "materialized view"),
    "a partitioned table": "create table {new} (like {plain} including all) partition by range (time);"
    " create table {new}_1 partition of {new} for values from (minvalue) to ('2024-01-10 00:00+00');"
    " create table {new}_2 partition of {new} default" + FILLED,
    "a parent whose children have the rows": "create table {new} (like {plain} including all);"
    " create table {new}_1 (check (time < '2024-01-10 00:00+00')) inherits ({new});"
    " insert into {new} (time, close) select time, close from {plain} where time >= '2024-01-10 00:00+00';"
    " insert into {new}_1 (time, close) select time, close from {plain} where time < '2024-01-10 00:00+00'",
    "a child": "create table {new}_0 (like {plain} including all); create table {new} () inherits ({new}_0)"
    + FILLED,
    "without a key": MADE.replace("{kind}", "table"),
    "without volume, in another order": "create table {new} (note text default 'x', close double precision,"
    " time timestamptz primary key)" + FILLED,
    "times without a zone": "create table {new} (time timestamp primary key, close double precision)"
    + FILLED,
    "an identity beside the time": "create table {new} (id bigint generated always as identity primary key,"
    " time timestamptz unique, close double precision)" + FILLED,
    "a key of time and source": "create table {new} (time timestamptz, source text default 'a',"
    " close double precision, primary key (time, source))" + FILLED,
    "domains": "create domain {new}_price as numeric check (value > 0);"
    " create domain {new}_when as timestamp; create domain {new}_opened as {new}_when not null;"
    " create table {new} (time {new}_opened primary key, close {new}_price)" + FILLED_DIGIT_BY_DIGIT,
    "a generated close": "create table {new} (time timestamptz primary key, bid double precision,"
    " ask double precision, close double precision generated always as ((bid + ask) / 2) stored);"
    " insert into {new} (time, bid, ask) select time, close, close from {plain}",
    "numeric closes": "create table {new} (time timestamptz(3) primary key, close numeric(30, 20))"
    + FILLED_DIGIT_BY_DIGIT,
    "unlogged": "create unlogged table {new} (like {plain} including all)" + FILLED,
}  # fmt: skip


def put(conn: Connection, kind: str, pair: str, schema: str = "bqx", table: str = "m1_{pair}") -> None:
    """Make the pair's price table one of the kind, with the bars of the plain one in schema `plain`."""
    name = table.format(pair=pair, PAIR=pair.upper())
    statements = re.sub(r"\{new\}(\w*)", lambda found: f'"{schema}"."{name}{found[1]}"', KINDS[kind])
    conn.execute(
        f'drop view if exists "{schema}"."{name}"; {statements.replace("{plain}", f"plain.m1_{pair}")}'
    )


def put_all(conn: Connection, kind: str = "a view") -> None:
    """Make all 28 tables one of the kind."""
    for pair in PAIRS:
        put(conn, kind, pair)


def put_each(conn: Connection) -> None:
    """Make the 28 tables of differing kinds."""
    for pair, kind in zip(PAIRS, cycle(KINDS), strict=False):
        put(conn, kind, pair)
