"""The metadata service of a simulated instance: version 2, as where HttpTokens is `required`.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
"""

import re
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wrappers import Request, Response

TOKEN_PATH, DATA = "/latest/api/token", "/latest/meta-data/"
TTL, TOKEN = "X-aws-ec2-metadata-token-ttl-seconds", "X-aws-ec2-metadata-token"
SECONDS, LONGEST_SECONDS = re.compile("[0-9]{1,5}"), 21_600


class MetadataService:
    """A WSGI application that tells an instance who it is."""

    def __init__(
        self, instance_id: str, instance_type: str, region: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._data = {
            "instance-id": instance_id,
            "instance-type": instance_type,
            "placement/availability-zone": f"{region}a",  # the simulator's instances are in the first one
            "placement/region": region,
        }
        self._clock = clock
        self._expires: dict[str, float] = {}  # tokens

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        allowed, answer = ("PUT", self._new_token) if request.path == TOKEN_PATH else ("GET", self._datum)
        return answer(request) if request.method == allowed else Response(status=405)

    def _new_token(self, request: Request) -> Response:
        if "X-Forwarded-For" in request.headers:  # by a proxy, who may speak for anybody
            return Response(status=403)
        wanted = request.headers.get(TTL, "")
        if not (SECONDS.fullmatch(wanted) and 1 <= int(wanted) <= LONGEST_SECONDS):
            return Response(status=400)
        token = secrets.token_urlsafe(40)
        self._expires[token] = self._clock() + int(wanted)
        return Response(token, mimetype="text/plain", headers={TTL: wanted})

    def _datum(self, request: Request) -> Response:
        if self._clock() >= self._expires.get(request.headers.get(TOKEN, ""), 0):
            return Response(status=401)
        name = request.path.removeprefix(DATA).rstrip("/")
        if not request.path.startswith(DATA) or name not in self._data:
            return Response(status=404)
        return Response(self._data[name], mimetype="text/plain")
