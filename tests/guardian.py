"""Ends what a test run has started, however the run itself ends: a person's Ctrl-C, a crash, kill -9."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

GRACE_SECONDS = 5.0


@contextmanager
def guarded_folder() -> Iterator[Path]:
    """A new folder; when the block or this process has ended, so does whoever works in it, and it is gone.

    Not below pytest's own folder: each start of pytest closes that to everybody else, and as root PostgreSQL
    runs as somebody else. Everybody may pass through this one, as through a checkout.
    """
    folder = Path(tempfile.mkdtemp(prefix="tier1-")).resolve()
    folder.chmod(0o711)
    # In a session of its own, which no Ctrl-C reaches; it reads until nobody holds the other end any more.
    guardian = subprocess.Popen(
        [sys.executable, __file__, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield folder
    finally:
        guardian.communicate()


def clear(folder: Path) -> None:
    """End whoever works in the folder, and remove it."""
    while found := who_works_in(folder):
        for process in found:
            _send(process, kill=False)
        _, stubborn = psutil.wait_procs(found, GRACE_SECONDS)
        for process in stubborn:
            _send(process, kill=True)
        psutil.wait_procs(stubborn, GRACE_SECONDS)
    shutil.rmtree(folder, ignore_errors=True)


def who_works_in(folder: Path) -> list[psutil.Process]:
    """Every live process whose working directory is there."""
    return [
        process
        for process in psutil.process_iter(["cwd", "status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE
        and process.info["cwd"]
        and Path(process.info["cwd"]).is_relative_to(folder)
    ]


def _send(process: psutil.Process, *, kill: bool) -> None:
    with suppress(psutil.NoSuchProcess):  # it has just ended
        process.kill() if kill else process.terminate()


if __name__ == "__main__":
    sys.stdin.read()
    clear(Path(sys.argv[1]))
