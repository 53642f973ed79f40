"""A real PgBouncer before the tests' PostgreSQL."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from embedded.server_user import NAME
from tests.guardian import guarded_folder

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
NEEDS = "PgBouncer is not installed (Debian: apt-get install pgbouncer), so nothing is tried through a pooler"
START_SECONDS = 20


@contextmanager
def pooled(url: str, mode: str, **settings: object) -> Iterator[str]:
    """The database's URL through a pooler, which is gone afterwards; skips the test where there is none.

    Args:
        url: the database's own URL.
        mode: `session` or `transaction`.
        settings: other settings of PgBouncer's.
    """
    if PROGRAM is None:
        pytest.skip(NEEDS)
    at = psycopg.conninfo.conninfo_to_dict(url)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with guarded_folder() as folder:
        user = NAME if os.geteuid() == 0 else None  # it refuses to be root
        (folder / "users.txt").write_text("".join(f'"{name}" ""\n' for name in _roles(url)))
        options = {
            "listen_addr": "127.0.0.1", "listen_port": port, "unix_socket_dir": "", "pool_mode": mode,
            "auth_type": "trust", "auth_file": folder / "users.txt", "logfile": folder / "log",
        } | settings  # fmt: skip
        lines = "".join(f"{name} = {value}\n" for name, value in options.items())
        target = f"host={at['host']} port={at['port']}"
        (folder / "pgbouncer.ini").write_text(f"[databases]\n* = {target}\n[pgbouncer]\n{lines}")
        if user:
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, user)
        command = [PROGRAM, folder / "pgbouncer.ini"]
        process = subprocess.Popen(command, cwd=folder, user=user, stderr=subprocess.DEVNULL)
        try:
            _wait(process, port, folder / "log")
            yield f"postgresql://{at['user']}@127.0.0.1:{port}/{at['dbname']}"
        finally:
            process.kill()
            process.wait()


def _roles(url: str) -> list[str]:
    with psycopg.connect(url) as conn:
        return [name for (name,) in conn.execute("select rolname from pg_roles where rolcanlogin")]


def _wait(process: subprocess.Popen, port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"PgBouncer does not listen: {log.read_text()}")
