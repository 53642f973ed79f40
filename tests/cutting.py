"""A TCP port before the tests' PostgreSQL, and somebody who cuts connections or slows them down."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import psycopg


@contextmanager
def cut(url: str, *messages: bytes, seconds: float = 0) -> Iterator[str]:
    """The database's URL over TCP: each of these types of messages cuts a connection, later ones go through.

    Args:
        url: The database's URL with the directory of its Unix socket.
        messages: First bytes of what a client sends, such as Q for a query, P for one with parameters.
        seconds: How long what is sent takes, in either direction.
    """
    parts = psycopg.conninfo.conninfo_to_dict(url)
    to_come = list(messages)

    def serve(client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(f"{parts['host']}/.s.PGSQL.{parts['port']}")
            back = threading.Thread(target=pass_on, args=(server, client, seconds), daemon=True)
            back.start()
            with suppress(OSError):
                while data := client.recv(65536):
                    if to_come and data[:1] == to_come[0]:
                        to_come.pop(0)
                        break
                    time.sleep(seconds)
                    server.sendall(data)
            for end in (server, client):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            back.join()

    def accept() -> None:
        with suppress(OSError):  # it was closed: the end
            while True:
                client, _ = listening.accept()
                threading.Thread(target=serve, args=(client,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, daemon=True).start()
        port = listening.getsockname()[1]
        yield f"{urlsplit(url).scheme}://{parts['user']}@127.0.0.1:{port}/{parts['dbname']}"
        listening.shutdown(socket.SHUT_RDWR)


def pass_on(source: socket.socket, target: socket.socket, seconds: float) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            time.sleep(seconds)
            target.sendall(data)
