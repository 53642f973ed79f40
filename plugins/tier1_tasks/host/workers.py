"""Who listens on a queue, as the API server knows it (`tier1_page.routes.workers`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

ROUTE = "/tier1/workers"
# A worker in another state takes no task now.
LISTENING = frozenset({"idle", "running"})
# One in these states takes none later either.
FETCH_NO_MORE = frozenset({"offline", "offline maintenance", "terminating", "unknown"})
TIMEOUT_SECONDS = (5, 15)  # to connect, to answer


class WorkersUnknownError(ConnectionError):
    """The API server did not say which workers there are."""


@dataclass(frozen=True)
class Worker:
    """A worker of the Edge executor.

    Attributes:
        name: its name: of a worker on an instance, the instance's id.
        queues: the queues that it takes tasks from; None for every queue.
        state: its state, as it said or as Airflow concludes from its silence.
        last_heartbeat: when it was last heard of; None for never.
    """

    name: str
    queues: list[str] | None
    state: str
    last_heartbeat: datetime | None

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Worker:
        """Read it from the API server's answer."""
        heard = answer["last_heartbeat"]
        return cls(
            name=answer["name"],
            queues=answer["queues"],
            state=answer["state"],
            last_heartbeat=datetime.fromisoformat(heard) if heard else None,
        )

    @property
    def is_live(self) -> bool:
        """Tell whether it may fetch a task, now or after a maintenance."""
        return self.state not in FETCH_NO_MORE

    def listens_on(self, queue: str) -> bool:
        """Tell whether it fetches from this queue."""
        return self.queues is None or queue in self.queues

    def has_reported_since(self, moment: datetime) -> bool:
        """Tell whether it listens, and has said so after the moment."""
        return self.state in LISTENING and self.last_heartbeat is not None and self.last_heartbeat > moment

    def __str__(self) -> str:
        heard = f"{self.last_heartbeat:%Y-%m-%d %H:%M:%S} UTC" if self.last_heartbeat else "never"
        return f"{self.name} ({self.state}, last heard of: {heard})"


def all_workers() -> list[Worker]:
    """Return all workers that Airflow has ever heard of, gone ones too.

    Asks as a worker does: with a token that is made from the secret of the workers.

    Raises:
        WorkersUnknownError: the API server does not answer, or does not tell.
    """
    import requests

    url = api_server() + ROUTE
    try:
        answer = requests.get(url, headers={"Authorization": _token()}, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return [Worker.of(worker) for worker in answer.json()]
    except (requests.RequestException, KeyError, TypeError, ValueError) as error:
        raise WorkersUnknownError(f"{url} does not say which workers there are: {error}") from error


def _token() -> str:
    """Return a token as `edge3.cli.api_client` makes it, also where a private key signs all others."""
    from airflow.api_fastapi.auth.tokens import JWTGenerator
    from airflow.sdk.configuration import conf

    generator = JWTGenerator(
        private_key=None,  # pyright: ignore[reportArgumentType] - else it takes the one of the configuration
        secret_key=conf.get("api_auth", "jwt_secret"),
        valid_for=sum(TIMEOUT_SECONDS),
        audience="api",
    )
    return generator.generate({"method": ROUTE})


def api_server() -> str:
    """Return where the API server is, as tasks or the worker find it."""
    from airflow.sdk.configuration import conf

    tasks = conf.get("core", "execution_api_server_url", fallback="")
    workers = conf.get("edge", "api_url", fallback="")
    base = conf.get("api", "base_url", fallback="").rstrip("/")
    return tasks.rpartition("/execution")[0] or workers.rpartition("/edge_worker/")[0] or base
