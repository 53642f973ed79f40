"""The loopback interface, the only one that the embedded services listen on."""

import socket

import psutil
import requests

from embedded.errors import EmbeddedError

LOOPBACK = "127.0.0.1"
ANSWER_SECONDS = 30.0  # the API server's first answers take 5 s on a busy machine


def free_port() -> int:
    """Find a port that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return listener.getsockname()[1]


def require_free(port: int, variable: str) -> None:
    """Raise, naming the program that listens on the port, when it is taken."""
    with socket.socket() as listener:
        # as servers do: a connection of yesterday that still lingers does not count as taken
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError as error:
            raise EmbeddedError(
                f"Port {port} is not available: {_listener(port) or error.strerror}. "
                f"Stop that program, or choose another port: {variable}={free_port()} make up"
            ) from error


def session() -> requests.Session:
    """Open an HTTP session that ignores the machine's proxy and .netrc."""
    new = requests.Session()
    new.trust_env = False
    return new


def get(url: str) -> requests.Response | None:
    """Return the answer if it is a good one, None while nobody or nothing good answers."""
    try:
        with session() as once:
            answer = once.get(url, timeout=ANSWER_SECONDS)
    except (requests.ConnectionError, requests.Timeout):
        return None
    return answer if answer.ok else None


def _listener(port: int) -> str | None:
    """Say who listens there, as far as the system tells us (other people's programs only to root)."""
    for connection in psutil.net_connections(kind="tcp"):
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,)
        if listens and connection.pid:
            return f"{psutil.Process(connection.pid).name()} (pid {connection.pid}) listens there"
    return None
