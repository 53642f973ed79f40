import os
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

from embedded import postgres
from embedded.home import Home


@pytest.fixture
def home(request: pytest.FixtureRequest):
    # not in pytest's own directory: it is closed to the user that PostgreSQL runs as when we are root
    with tempfile.TemporaryDirectory(prefix="tier1-") as folder:
        home = Home(Path(folder).resolve() / getattr(request, "param", "home"))
        home.create()
        yield home
        postgres.stop_postgres(home)


def features(home: Home) -> psycopg.Connection:
    return psycopg.connect(postgres.database_url(home, postgres.FEATURES))


@pytest.mark.parametrize(
    "home", ["a path with spaces", "a-path-that-is-too-long-for-a-socket" * 3], indirect=True
)
def test_what_was_committed_survives_kill_9_and_the_server_starts_again_at_once(home: Home):
    postgres.start_postgres(home)
    with features(home) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    pid = postgres.postgres_service(home).pid
    assert pid is not None

    os.kill(pid, signal.SIGKILL)
    while postgres.postgres_service(home).pid == pid:
        pass
    postgres.start_postgres(home)

    with features(home) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)


@pytest.mark.parametrize("name", ["postmaster.pid", ".s.PGSQL.5432.lock"])
def test_a_lock_file_whose_pid_belongs_to_another_program_does_not_prevent_the_start(home: Home, name: str):
    postgres.start_postgres(home)
    lock = home.postgres / name
    lines = lock.read_text().splitlines()
    postgres.stop_postgres(home)
    user = postgres.ROOTS_USER if os.geteuid() == 0 else None  # of other users' pids it takes no notice
    with subprocess.Popen(["sleep", "60"], user=user) as program:
        lock.write_text("\n".join([str(program.pid), *lines[1:], ""]))
        postgres.start_postgres(home)
        program.kill()

    with features(home) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
