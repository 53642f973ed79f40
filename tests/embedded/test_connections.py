import json

import psycopg2
import pytest
from airflow.sdk import Connection

from embedded.connections import aws_connection, libpq_url, postgres_connection
from embedded.errors import EmbeddedError


def connection_of(url: str) -> Connection:
    return Connection.from_json(postgres_connection(url), conn_id="tier1_postgres")


def test_what_a_url_percent_encodes_arrives_decoded():
    connection = connection_of("postgresql://us%40er:p%2Fw%25d%3A@db.example.com:5433/my%20db")

    assert (connection.login, connection.password) == ("us@er", "p/w%d:")
    assert (connection.host, connection.port, connection.schema) == ("db.example.com", 5433, "my db")


def test_options_of_a_url_become_extras():
    connection = connection_of("postgresql://db/tier1?sslmode=require&options=-c%20search_path%3Dfx")

    assert connection.extra_dejson == {"sslmode": "require", "options": "-c search_path=fx"}


def test_a_socket_directory_with_a_space_becomes_the_host():
    connection = connection_of("postgresql://postgres@/tier1?host=%2Fhome%2Fme%2Fmy%20code&port=5432")

    assert (connection.host, connection.port) == ("/home/me/my code", 5432)


def test_the_driver_that_sqlalchemy_wants_is_dropped():
    assert libpq_url("postgresql+psycopg://me@db/tier1") == "postgresql://me@db/tier1"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://us%40er:p%2Fw@db.example.com:5433/my%20db?sslmode=require&application_name=a%26b",
        "postgresql://me@/tier1?host=/run/my%20sockets",
        "postgresql://one:5432,two:5433/tier1?target_session_attrs=read-write",
        "postgresql://[::1]:6000/tier1",
    ],
)
def test_libpq_reads_the_same_from_the_connection_as_from_the_url(url: str):
    connection = connection_of(url)
    fields = {
        "host": connection.host,
        "port": connection.port,
        "user": connection.login,
        "password": connection.password,
        "dbname": connection.schema,
    }
    given = {name: str(value) for name, value in fields.items() if value is not None}

    assert given | connection.extra_dejson == psycopg2.extensions.parse_dsn(url)


def test_keys_of_the_environment_are_in_the_aws_connection():
    environ = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:5000",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "AWS_REGION": "eu-central-1",
    }

    connection = Connection.from_json(aws_connection(environ), conn_id="aws_default")

    assert (connection.login, connection.password) == ("key", "secret")
    assert connection.extra_dejson == {
        "endpoint_url": "http://127.0.0.1:5000",
        "region_name": "eu-central-1",
        "aws_session_token": "token",
    }


def test_without_keys_boto3_is_left_to_look_for_them():
    connection = json.loads(aws_connection({"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}))

    assert "login" not in connection
    assert "password" not in connection


def test_a_url_that_cannot_be_read_is_refused_without_showing_its_password():
    with pytest.raises(EmbeddedError, match="TIER1_DATABASE_URL") as refused:
        libpq_url("postgresql://me:secret@db:five/tier1?no_such_option=secret")

    assert "secret" not in str(refused.value)
