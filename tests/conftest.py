"""What all tests share: an Airflow home of their own, and a real PostgreSQL."""

import atexit
import os
import shutil
import tempfile
import uuid
from contextlib import contextmanager

# before anything imports Airflow, which reads its configuration at import
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="tier1-airflow-")
atexit.register(shutil.rmtree, os.environ["AIRFLOW_HOME"], ignore_errors=True)
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
for name in list(os.environ):  # the tests use nothing of the user's
    if name.startswith(("TIER1_", "AWS_")) and name != "TIER1_TEST_DATA":
        del os.environ[name]

import psycopg  # noqa: E402
import pytest  # noqa: E402

from embedded import postgres  # noqa: E402
from embedded.home import Home  # noqa: E402
from include.store.connection import connect  # noqa: E402
from tests.guardian import guarded_folder  # noqa: E402


@contextmanager
def postgres_server():
    """A PostgreSQL server."""
    with guarded_folder() as folder:
        home = Home(folder / ".tier1")
        home.create()
        postgres.start_postgres(home)
        yield home
        postgres.stop_postgres(home)


def wait_for_no_disk(home: Home) -> None:
    """Let the running server, and whatever starts on its data, leave the disk to the kernel.

    What it has committed survives its own end, kill -9 too, and not that of the machine.
    """
    with psycopg.connect(postgres.database_url(home, "postgres"), autocommit=True) as conn:
        conn.execute("alter system set fsync = off")
        conn.execute("alter system set full_page_writes = off")
        conn.execute("select pg_reload_conf()")


@pytest.fixture(scope="session")
def server():
    """The server that the tests share, each with a database of its own."""
    with postgres_server() as home:
        wait_for_no_disk(home)
        yield home


@contextmanager
def empty_database(server: Home):
    """The URL of a database that is gone afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.database_url(server, "postgres"), autocommit=True) as conn:
        conn.execute(f"create database {name}")
        yield postgres.database_url(server, name)
        conn.execute(f"drop database {name} with (force)")


@pytest.fixture
def database(server: Home):
    """The URL of an empty database."""
    with empty_database(server) as url:
        yield url


@pytest.fixture
def conn(database: str):
    """An open connection to the empty database."""
    with connect(database) as connection:
        yield connection
