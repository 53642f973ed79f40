"""How many connections the database grants."""

from dataclasses import dataclass

from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from include.store.connection import APPLICATION, libpq_url

LEAST_FREE = 3
"""Connections of each limit that stay free for others: a sensor, the page, a person who looks."""
FREE_PART = 10
"""And at least this part of a limit: others, such as Airflow's own processes, come and go."""

# Sessions of the same name are our own, those of other tasks of the same stage included. What runs for the
# server itself has no role. Whatever the role, sessions of others can be counted.
_LIMITS = """
with session as (
    select usesysid, datid from pg_stat_activity
    where datid is not null and usesysid is not null and (usesysid, datid, application_name) is distinct from
    ((select oid from pg_roles where rolname = session_user),
     (select oid from pg_database where datname = current_database()),
     left(current_setting('application_name'), 63))
)
select 'max_connections',
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true)::int, 0), (select count(*) from session)
union all
select format('CONNECTION LIMIT of role %I', rolname), rolconnlimit,
    (select count(*) from session where usesysid = r.oid)
from pg_roles r where rolname = session_user and rolconnlimit >= 0 and not rolsuper
union all
select format('CONNECTION LIMIT of database %I', datname), datconnlimit,
    (select count(*) from session where datid = d.oid)
from pg_database d where datname = current_database() and datconnlimit >= 0
and not (select rolsuper from pg_roles where rolname = session_user)
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """What the database grants.

    Attributes:
        connections: how many, those that we have already included; none where others need all.
        limit: what it comes from.
    """

    connections: int
    limit: str


def granted(conn: Connection) -> Grant:
    """Ask for the connections that are left for sessions named like this one, with some kept free for others.

    PostgreSQL has three limits: the server's, the role's, the database's. Superusers only have the first one.
    """
    grants = [
        Grant(max(0, limit - others - max(LEAST_FREE, limit // FREE_PART)), name)
        for name, limit, others in conn.execute(_LIMITS)
    ]
    return min(grants, key=lambda grant: grant.connections)


def left(conn: Connection) -> Grant:
    """Ask for the connections that others leave, down to the last one: with more the database refuses."""
    grants = [Grant(max(0, limit - others), name) for name, limit, others in conn.execute(_LIMITS)]
    return min(grants, key=lambda grant: grant.connections)


def named(url: str, task: str) -> str:
    """Return the connection string whose sessions also name the task, so that they can be told from others.

    Raises:
        DatabaseUnreachableError: libpq cannot read the URL.
    """
    plain = libpq_url(url)
    name = conninfo_to_dict(plain).get("application_name") or APPLICATION
    return make_conninfo(plain, application_name=f"{name} {task}")
