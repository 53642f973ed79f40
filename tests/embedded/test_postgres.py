import os
import shutil
import signal
import subprocess
from pathlib import Path

import psutil
import psycopg
import pytest

from embedded import postgres, server_user
from embedded.errors import EmbeddedError
from embedded.home import Home
from tests.guardian import guarded_folder


@pytest.fixture
def home(request: pytest.FixtureRequest):
    with guarded_folder() as folder:
        home = Home(folder / getattr(request, "param", "home"))
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
        connection.execute("create table kept as select 1 as number")
    pid = postgres.postgres_service(home).pid
    assert pid is not None

    os.kill(pid, signal.SIGKILL)
    while postgres.postgres_service(home).pid == pid:
        pass
    postgres.start_postgres(home)

    with features(home) as connection:
        assert connection.execute("select number from kept").fetchone() == (1,)


@pytest.mark.parametrize("name", ["postmaster.pid", ".s.PGSQL.5432.lock"])
def test_a_lock_file_whose_pid_belongs_to_another_program_does_not_prevent_the_start(home: Home, name: str):
    postgres.start_postgres(home)
    lock = home.postgres / name
    lines = lock.read_text().splitlines()
    postgres.stop_postgres(home)
    user = server_user.NAME if os.geteuid() == 0 else None  # of other users' pids it takes no notice
    with subprocess.Popen(["sleep", "60"], user=user) as program:
        lock.write_text("\n".join([str(program.pid), *lines[1:], ""]))
        postgres.start_postgres(home)
        program.kill()

    with features(home) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def modes(path: Path) -> dict[Path, int]:
    """The modes of a directory and of all above it."""
    return {it: it.stat().st_mode for it in (path, *path.parents)}


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch):
    """A checkout and its .venv in a folder that only root may pass through, such as /root."""
    if os.geteuid() != 0:
        pytest.skip("only root runs the server as somebody else")
    with guarded_folder() as folder:
        programs = [folder / "venv" / it.relative_to(postgres.PACKAGE.parent) for it in postgres.PROGRAMS]
        for there, here in zip(postgres.PROGRAMS, programs, strict=True):
            shutil.copytree(there, here, symlinks=True)
        monkeypatch.setattr(postgres, "PROGRAMS", programs)
        monkeypatch.setattr(postgres, "BINARIES", programs[0] / "bin")
        home = Home(folder / ".tier1")
        home.create()
        folder.chmod(0o700)
        yield home
        postgres.stop_postgres(home)


def test_where_only_root_may_pass_the_server_runs_and_no_directory_is_opened(closed: Home):
    before = modes(closed.path) | modes(postgres.BINARIES)
    postgres.start_postgres(closed)
    with features(closed) as connection:
        connection.execute("create table kept as select 1 as number")
    postgres.stop_postgres(closed)
    postgres.start_postgres(closed)
    with features(closed) as connection:
        assert connection.execute("select number from kept").fetchone() == (1,)
    pid = postgres.postgres_service(closed).pid
    assert psutil.Process(pid).username() == server_user.NAME
    assert modes(closed.path) | modes(postgres.BINARIES) == before


def test_where_root_cannot_let_it_pass_a_sentence_names_the_directory(
    closed: Home, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(server_user, "PASSING", ("no-such-program",))
    before = modes(closed.path)
    with pytest.raises(
        EmbeddedError, match=f"cannot pass through {closed.path.parent}.*[Mm]ove the checkout"
    ):
        postgres.start_postgres(closed)
    assert modes(closed.path) == before
