"""A PostgreSQL on another host that can die: two network namespaces with a wire between them."""

import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from embedded import postgres
from embedded.home import Home
from include.settings import ROOT

CLIENT, SERVER, PORT = "192.0.2.1", "192.0.2.2", 5432  # each world has only these two


@dataclass(frozen=True)
class Distant:
    """A client's network, and a database in another one.

    Attributes:
        client: The namespace of who connects.
        server: The namespace of the database.
        server_name: The database's host and port.
    """

    client: str
    server: str
    server_name: str = f"{SERVER}:{PORT}"

    def python(self, *arguments: str) -> subprocess.Popen:
        """A process on the client's side."""
        command = ["ip", "netns", "exec", self.client, sys.executable, *arguments]
        return subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def dies(self) -> None:
        """No packet comes from the server any more, not even one that says so."""
        ip("-n", self.server, "link", "set", "wire", "down")


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


@contextmanager
def distant_database(home: Home, bytes_per_second: int) -> Iterator[Distant]:
    """The server behind a wire; the test is skipped where we may not lay one."""
    if shutil.which("ip") is None:
        pytest.skip("iproute2 is not installed, and without it no network can be cut")
    name = f"tier1-{uuid.uuid4().hex[:8]}"
    client, server = f"{name}-client", f"{name}-server"
    try:
        try:
            for namespace in (client, server):
                ip("netns", "add", namespace)
            ip("-n", client, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", server)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network of our own to cut: {error.stderr.strip()}")
        for namespace, address in ((client, CLIENT), (server, SERVER)):
            ip("-n", namespace, "addr", "add", f"{address}/30", "dev", "wire")
            ip("-n", namespace, "link", "set", "wire", "up")
        socket = postgres.socket_directory(home) / postgres.SOCKET
        with forwarded(server, SERVER, socket, bytes_per_second):
            yield Distant(client, server)
    finally:
        for namespace in (client, server):
            subprocess.run(["ip", "netns", "delete", namespace], check=False, capture_output=True)


@contextmanager
def forwarded(namespace: str, address: str, socket: Path, bytes_per_second: int) -> Iterator[None]:
    """The server listens on its Unix socket only, which belongs to no network: what comes in is passed on."""
    program = Path(__file__).with_name("forward.py")
    command = [sys.executable, program, address, str(PORT), socket, str(bytes_per_second)]
    process = subprocess.Popen(
        ["ip", "netns", "exec", namespace, *map(str, command)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "listening\n"
        yield
    finally:
        process.kill()
        process.communicate()
