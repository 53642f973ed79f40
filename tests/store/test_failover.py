"""A server that is replaced in mid-stage: a sentence, a wait, and the stage finishes on the new one."""

import socket
import subprocess
import threading
import time
from contextlib import ExitStack, closing, contextmanager, suppress

import psycopg
import pytest

from embedded import postgres
from embedded.server_user import server_user
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.stages import stage_named
from include.store.connection import DatabaseUnreachableError, connect, wait_for_database
from tests.cutting import pass_on
from tests.guardian import guarded_folder
from tests.store.history import MONTHS, SETTINGS, fingerprint, hourly_closes, load_history

STAGE = stage_named("triangular_arbitrage")
START_SECONDS = 60


class Address:
    """A TCP address that leads to one server, then to another one, as a name does that is given away."""

    def __init__(self, socket_directory: str) -> None:
        self._leads_to = socket_directory
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def is_given_to(self, socket_directory: str) -> None:
        """Who was connected is cut off."""
        self._leads_to = socket_directory
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self.is_given_to("nobody")
        for thread in self._threads:
            thread.join()
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self._threads.append(threading.Thread(target=self._serve, args=[client]))
                self._threads[-1].start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(f"{self._leads_to}/{postgres.SOCKET}")
            self._open += [client, server]
            back = threading.Thread(target=self._pass_on, args=(server, client))
            back.start()
            self._pass_on(client, server)
            back.join()

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket) -> None:
        pass_on(source, target, 0)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def standby_of(home):
    """A streaming standby of the tests' server: the directory of its socket."""
    primary = str(postgres.socket_directory(home))
    with guarded_folder() as folder:
        data = folder / "standby"
        data.mkdir(mode=0o700)
        user = server_user(data, postgres.PROGRAMS)
        user.owns(data)
        run_as = {"user": user.to_start_as, "cwd": folder}
        base = ["-h", primary, "-p", "5432", "-U", "postgres", "-c", "fast", "-R", "-D", data]
        subprocess.run(
            [*user.prefix, postgres.BINARIES / "pg_basebackup", *base],
            check=True,
            capture_output=True,
            **run_as,
        )
        (data / f"{postgres.SOCKET}.lock").unlink(missing_ok=True)  # the primary's own
        options = ["-D", data, "-p", "5432", "-c", "listen_addresses=", "-k", data]
        log = folder / "log"
        with log.open("w") as file:
            process = subprocess.Popen(
                [*user.prefix, postgres.BINARIES / "postgres", *options], stderr=file, **run_as
            )
        try:
            end = time.monotonic() + START_SECONDS
            while not answers(str(data)):
                is_starting = process.poll() is None and time.monotonic() < end
                assert is_starting, f"the standby never answered:\n{log.read_text()}"
                time.sleep(0.1)
            yield str(data)
        finally:
            process.kill()
            process.wait()


def answers(directory: str) -> bool:
    try:
        psycopg.connect(host=directory, port=5432, user="postgres", dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def wait_until_it_has(directory: str, database: str, months: int) -> None:
    count = "select count(*) from tier1.completion_marker"
    end = time.monotonic() + START_SECONDS
    with psycopg.connect(
        host=directory, port=5432, user="postgres", dbname=database, autocommit=True
    ) as conn:
        while conn.execute(count).fetchone() != (months,):
            assert time.monotonic() < end, "the standby never had the finished months"
            time.sleep(0.1)


def test_a_stage_ends_with_a_sentence_waits_and_finishes_on_the_new_primary(conn, database, server):
    load_history(conn, hourly_closes(1_500))
    run_stage(database, Job(STAGE, MONTHS[:3], "before"), SETTINGS)
    expected = fingerprint(conn)
    conn.execute("drop schema tier1 cascade")
    run_stage(database, Job(STAGE, MONTHS[:1], "before"), SETTINGS)
    job = Job(STAGE, MONTHS[:3], "during")
    with ExitStack() as stack:
        standby = stack.enter_context(standby_of(server))
        wait_until_it_has(standby, conn.info.dbname, 1)
        address = stack.enter_context(closing(Address(str(postgres.socket_directory(server)))))
        url = f"postgresql://postgres@127.0.0.1:{address.port}/{conn.info.dbname}"
        with psycopg.connect(conn.info.dsn) as holder:
            # the stage waits in the middle of its work
            holder.execute("lock table bqx.m1_eurusd in access exclusive mode")
            fails = threading.Timer(1.0, address.is_given_to, [standby])
            fails.start()
            with pytest.raises(
                DatabaseUnreachableError, match=r"lost the connection to database .* Finished months"
            ):
                run_stage(url, job, SETTINGS)
            fails.join()
        with pytest.raises(
            DatabaseUnreachableError, match=r"takes no writes now: .* clear the task or repeat"
        ):
            run_stage(url, job, SETTINGS)
        with connect(url) as reader:  # who only reads may do so meanwhile
            assert reader.execute("select count(*) from tier1.completion_marker").fetchone() == (1,)
            reader.read_only = False  # as a pooler has it that knows of the server that was there before
            with pytest.raises(DatabaseUnreachableError, match="takes no writes now: cannot set transaction"):
                reader.execute("select 1")
        with pytest.raises(DatabaseUnreachableError, match="takes no writes now: the server is in recovery"):
            wait_for_database(url, 0.2)
        with psycopg.connect(host=standby, port=5432, user="postgres", dbname="postgres") as admin:
            promoted = threading.Timer(1.5, admin.execute, ["select pg_promote(false)"])
            promoted.start()
            wait_for_database(url, 60)
            promoted.join()
        assert run_stage(url, job, SETTINGS).computed == 2
        with connect(url) as new:
            assert fingerprint(new) == expected
