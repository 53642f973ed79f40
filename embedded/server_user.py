"""As whom PostgreSQL runs: as we do; where we are root, as a user of its own, as it refuses to be root."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from embedded.errors import EmbeddedError

NAME = "pgserver"  # the wheel's
# Where its user cannot pass through a directory, such as /root, the server keeps of root's powers the one to
# pass, and no directory has to be opened to everybody. access(2) minds it with no_setuid_fixup only.
PASSING = (
    "setpriv",
    f"--reuid={NAME}",
    f"--regid={NAME}",
    "--clear-groups",
    "--securebits=+no_setuid_fixup",
    "--inh-caps=-all,+dac_read_search",
    "--ambient-caps=-all,+dac_read_search",
    "--bounding-set=-all,+dac_read_search",
)


@dataclass(frozen=True)
class ServerUser:
    """Who runs the server.

    Attributes:
        name: the owner of its data; None where that is us.
        prefix: a command that switches to it and runs what follows; else the starting process does.
    """

    name: str | None = None
    prefix: Sequence[str] = ()

    @property
    def to_start_as(self) -> str | None:
        """Whom to start the process as."""
        return None if self.prefix else self.name

    def owns(self, directory: Path) -> None:
        """Give it the directory."""
        if self.name:
            shutil.chown(directory, self.name, self.name)


def server_user(data: Path, programs: Iterable[Path]) -> ServerUser:
    """Return the user for the server of these data and programs.

    Raises:
        EmbeddedError: where its user can reach neither, and it is not in root's power to let it.
    """
    if os.geteuid() != 0:
        return ServerUser()
    if not _succeeds(["id", NAME]):
        subprocess.run(["useradd", "--system", "--user-group", NAME], check=True)
    above = {parent for path in (data, *programs) for parent in path.parents}
    closed = sorted(folder for folder in above if not folder.stat().st_mode & 0o001)
    if not closed:
        subprocess.run(["chmod", "-R", "a+rX", *programs], check=True)  # root's umask may have hidden them
        return ServerUser(NAME)
    if not _succeeds([*PASSING, "true"]):
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and its user {NAME} cannot pass through {closed[0]}. Move the "
            "checkout to where everybody may pass, such as /opt, or work as another user than root."
        )
    return ServerUser(NAME, PASSING)


def _succeeds(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
