"""The parts of a libpq connection string."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Conninfo


def make(fields: dict[str, Any]) -> str:
    """Make the connection string with these options. It may contain the password: never log it."""
    return make_conninfo(**fields)


def fields_of(conninfo: str) -> dict[str, Any]:
    """Return the options that a connection string gives, URLs included."""
    return dict(conninfo_to_dict(conninfo))


def known_options() -> set[str]:
    """Return the names of all options that libpq knows."""
    return set(_defaults())


def hosts_of(conninfo: str) -> list[str]:
    """Return the hosts of the network that libpq would connect to; none for a socket of this machine."""
    options = _defaults() | fields_of(conninfo)
    named = str(options["hostaddr"] or options["host"] or "").split(",")
    return [host for host in named if host and not host.startswith(("/", "@"))]


def _defaults() -> dict[str, str]:
    """Return what libpq uses where a connection string is silent, the PG* variables included."""
    return {option.keyword.decode(): (option.val or b"").decode() for option in Conninfo.get_defaults()}
