"""Airflow connections, as the JSON that the AIRFLOW_CONN_* variables take."""

import json
from collections.abc import Mapping
from typing import Any

from embedded.aws import ENDPOINT, region_of
from embedded.errors import EmbeddedError
from include.store import connection, conninfo

POSTGRES_FIELDS = {"host": "host", "user": "login", "password": "password", "dbname": "schema"}


def libpq_url(database_url: str) -> str:
    """Return the user's URL as libpq wants it."""
    try:
        return connection.libpq_url(database_url)
    except connection.DatabaseUnreachableError as error:
        raise EmbeddedError(str(error)) from None


def postgres_connection(database_url: str) -> str:
    """Return the connection for a PostgreSQL URL; libpq itself reads it, so each form that it knows works."""
    options: dict[str, Any] = conninfo.fields_of(libpq_url(database_url))
    fields: dict[str, Any] = {"conn_type": "postgres"}
    for option, name in POSTGRES_FIELDS.items():
        if option in options:
            fields[name] = options.pop(option)
    if str(options.get("port", "")).isdigit():  # a list of ports, one per host, stays an extra
        fields["port"] = int(options.pop("port"))
    return json.dumps(fields | {"extra": options})


def aws_connection(environ: Mapping[str, str]) -> str:
    """Return the connection for the AWS_* variables; what is not in it boto3 looks for where it always looks.

    An endpoint in it is that of every service, so AWS itself has none.
    """
    fields: dict[str, Any] = {"conn_type": "aws"}
    if not environ.get(ENDPOINT):
        return json.dumps(fields)
    extra = {"endpoint_url": environ[ENDPOINT], "region_name": region_of(environ)}
    if environ.get("AWS_ACCESS_KEY_ID") and environ.get("AWS_SECRET_ACCESS_KEY"):
        fields["login"] = environ["AWS_ACCESS_KEY_ID"]
        fields["password"] = environ["AWS_SECRET_ACCESS_KEY"]
        if environ.get("AWS_SESSION_TOKEN"):
            extra["aws_session_token"] = environ["AWS_SESSION_TOKEN"]
    return json.dumps(fields | {"extra": extra})
