"""A PostgreSQL server's databases: whether the server answers, creating databases, their comments."""

from collections.abc import Iterable

from psycopg import sql

from include.store.connection import DatabaseUnreachableError, connect


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
                conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


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
