"""An Airflow connection as libpq wants it."""

from airflow.sdk import BaseHook


def conninfo(conn_id: str) -> str:
    """The connection as a libpq connection string. It holds the password: never log it.

    (`PostgresHook.get_uri` is for SQLAlchemy: libpq refuses its scheme, and it loses a socket's directory.)
    """
    from psycopg.conninfo import make_conninfo
    from psycopg.pq import Conninfo

    connection = BaseHook.get_connection(conn_id)
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    options = {key: value for key, value in connection.extra_dejson.items() if key in known}
    fields = {
        "host": connection.host,
        "port": connection.port,
        "user": connection.login,
        "password": connection.password,
        "dbname": connection.schema,
    }
    return make_conninfo(**options | {key: value for key, value in fields.items() if value is not None})
