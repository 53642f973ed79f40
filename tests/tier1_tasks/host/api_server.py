"""An API server that tells who listens, to whoever holds the secret of the workers."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt

from tier1_tasks.host.workers import ROUTE

SECRET = "the secret that the workers have " * 2  # HS512 wants 64 bytes
QUEUE = "big"


class ApiServer:
    """Answers at one address, unless it is away."""

    def __init__(self) -> None:
        self.workers: list[dict[str, Any]] = []
        self.answer: str | None = None  # instead of the workers
        self._port = 0

    def __enter__(self) -> "ApiServer":
        self.come()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_away()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def come(self) -> None:
        """Answer from now on."""
        handler = type("Handler", (_Handler,), {"api_server": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), handler)
        self._port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def go_away(self) -> None:
        """Refuse connections from now on."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def has(self, name: str, heard: datetime | None = None, **other: Any) -> None:
        """Know a worker, which was heard of just now or at another time."""
        heard = heard or datetime.now(UTC)
        worker = {"name": name, "queues": [QUEUE], "state": "idle", "last_heartbeat": heard.isoformat()}
        self.workers.append(worker | other)


class _Handler(BaseHTTPRequestHandler):
    api_server: ApiServer

    def do_GET(self) -> None:
        status = 404 if self.path != ROUTE else 200 if self._holds_the_secret() else 403
        said = self.api_server.answer or json.dumps(self.api_server.workers)
        body = said.encode() if status == 200 else b"{}"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _holds_the_secret(self) -> bool:
        try:
            claims = jwt.decode(
                self.headers["Authorization"], SECRET, algorithms=["HS512"], audience="api", leeway=10
            )
        except jwt.InvalidTokenError:
            return False
        return claims["method"] == ROUTE

    def log_message(self, *_: object) -> None:
        """Say nothing."""
