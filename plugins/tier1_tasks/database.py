"""An Airflow connection as libpq wants it, and where it leads."""

import socket
from collections.abc import Iterator

from airflow.sdk import BaseHook


def conninfo(conn_id: str) -> str:
    """Return the connection as a libpq connection string. It holds the password: never log it.

    (`PostgresHook.get_uri` is for SQLAlchemy: libpq refuses its scheme, and it loses a socket's directory.)
    """
    from include.store import conninfo

    connection = BaseHook.get_connection(conn_id)
    known = conninfo.known_options()
    options = {key: value for key, value in connection.extra_dejson.items() if key in known}
    fields = {
        "host": connection.host,
        "port": connection.port,
        "user": connection.login,
        "password": connection.password,
        "dbname": connection.schema,
    }
    return conninfo.make(options | {key: value for key, value in fields.items() if value is not None})


def hosts(conn_id: str) -> list[str]:
    """Return the hosts that libpq connects to, by name and by address; none for a socket of this machine."""
    from include.store.conninfo import hosts_of

    return list(
        dict.fromkeys(found for host in hosts_of(conninfo(conn_id)) for found in [host, *_resolved(host)])
    )


def _resolved(host: str) -> Iterator[str]:
    """Yield what a name stands for: the name behind an alias, and the addresses; nothing where unknown."""
    try:
        answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
    except (OSError, UnicodeError):
        return
    for _, _, _, name, address in answers:
        yield from filter(None, [name, str(address[0])])
