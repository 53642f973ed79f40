"""A PostgreSQL server: whether it answers, how soon, its clock; creating databases, their comments."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg import sql

from include.store.connection import DatabaseUnreachableError, alone, connect


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a server says about itself.

    Attributes:
        version: PostgreSQL's version, such as `18.4`.
        round_trip: from a question to its answer.
        ahead: how far the server's clock is ahead of ours; negative where it is behind.
    """

    version: str
    round_trip: timedelta
    ahead: timedelta


def greet(url: str) -> Greeting:
    """Ask the server for its version and its clock, over a connection that stands already.

    Raises:
        DatabaseUnreachableError: the server does not let us into this database; says why.
    """
    query = "select split_part(current_setting('server_version'), ' ', 1), clock_timestamp()"
    with connect(url) as conn, conn.transaction():
        asked, started = datetime.now(UTC), time.monotonic()
        version, its_clock = conn.execute(query).fetchone() or ("", asked)
        round_trip = timedelta(seconds=time.monotonic() - started)
    # it has looked at its clock about half-way
    return Greeting(version, round_trip, its_clock - (asked + round_trip / 2))


def is_answering(url: str) -> bool:
    """Tell whether the server lets us into this database."""
    try:
        connect(url).close()
    except DatabaseUnreachableError:
        return False
    return True


def create_databases(url: str, names: Iterable[str]) -> None:
    """Create those of the databases that are missing; `url` is that of any other one."""
    with connect(url) as conn:
        existing = {name for (name,) in conn.execute("select datname from pg_database")}
        for name in names:
            if name not in existing:
                alone(conn).execute(sql.SQL("create database {}").format(sql.Identifier(name)))


def create_owned_database(url: str, name: str, password: str) -> None:
    """Create a role that may log in, and its database of the same name, where they are missing.

    `url` is that of a superuser, and another database. A role that is there gets the password.
    """
    role = sql.Identifier(name)
    with connect(url) as conn:
        found = conn.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone()
        change = (
            sql.SQL("alter role {} password {}") if found else sql.SQL("create role {} login password {}")
        )
        conn.execute(change.format(role, sql.Literal(password)))
        if not conn.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            alone(conn).execute(sql.SQL("create database {} owner {}").format(role, role))


def comment(url: str) -> str | None:
    """Return the comment on the database of this URL."""
    query = "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()"
    with connect(url) as conn:
        (text,) = conn.execute(query).fetchone() or (None,)
    return text


def set_comment(url: str, text: str) -> None:
    """Set the comment on the database of this URL."""
    with connect(url) as conn:
        name = sql.Identifier(conn.info.dbname)
        conn.execute(sql.SQL("comment on database {} is {}").format(name, sql.Literal(text)))
