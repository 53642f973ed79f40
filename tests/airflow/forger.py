"""Whoever owns the worker, and tries what its secret opens."""

import time
import uuid
from typing import Any

import jwt
import requests

SECONDS = 30


class Forger:
    """Makes tokens from the secret, as Airflow 3.3.2 makes them where it has no other key."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret

    def as_worker(self, path: str) -> int:
        return self._ask(path, self._token("api", method=path), scheme="")

    def as_admin(self, path: str) -> int:
        return self._ask(path, self._token("apache-airflow", sub="admin", role="ADMIN"))

    def as_task(self, path: str) -> int:
        return self._ask(path, self._token("urn:airflow.apache.org:task", sub=str(uuid.uuid4())))

    def _token(self, audience: str, **claims: Any) -> str:
        now = int(time.time())
        body = {"aud": audience, "iat": now, "nbf": now, "exp": now + SECONDS, "jti": uuid.uuid4().hex}
        return jwt.encode(body | claims, self._secret, algorithm="HS512")

    def _ask(self, path: str, token: str, scheme: str = "Bearer ") -> int:
        headers = {"Authorization": f"{scheme}{token}"}
        return requests.get(self._url + path, headers=headers, timeout=SECONDS).status_code
