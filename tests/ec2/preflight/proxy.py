"""An endpoint that answers some actions in its own way, and hands the others on to the simulator."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qs


class Proxy:
    """Answers are given by action: an HTTP status and a body."""

    def __init__(self, url: str) -> None:
        self.reset()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(url))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def reset(self) -> None:
        """Hand on everything."""
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.knows_dry_runs = True

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self, url: str) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                action = action_of(self.headers, body)
                if action in proxy.answers:
                    status, answer = proxy.answers[action]
                else:
                    status, answer = proxy._ask(url + self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def _ask(self, url: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        if not self.knows_dry_runs:
            body = body.replace(b"&DryRun=true", b"")
        sent = dict(_as_they_are(headers))
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, sent), timeout=30) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()


def action_of(headers: Any, body: bytes) -> str:
    """The action of a query, or of a service that speaks JSON."""
    if target := headers.get("X-Amz-Target"):
        return target.rpartition(".")[2]
    return parse_qs(body.decode()).get("Action", ["-"])[0]


def _as_they_are(headers: Any) -> Iterator[tuple[str, str]]:
    of_this_hop = {"content-length", "host"}
    return ((name, value) for name, value in headers.items() if name.lower() not in of_this_hop)
