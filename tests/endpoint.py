"""The simulated AWS at its port, as tests reach it."""

import json
import urllib.error
import urllib.request
from typing import Any

import boto3
from botocore.config import Config


class Endpoint:
    """Clients for its services, and what it does at a test's wish."""

    def __init__(self, url: str) -> None:
        self.url = url

    def client(self, service: str, region: str = "us-east-1") -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id="AKIATEST",
            aws_secret_access_key="not-a-secret",  # noqa: S106 - the simulator asks for none
            config=Config(retries={"total_max_attempts": 1}),
        )

    def control(self, method: str, what: str, body: object = None) -> Any:
        """The answer, or None where it refuses or does not listen."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_control/{what}", data, method=method)  # noqa: S310 - http
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.URLError:
            return None

    def every_transition_takes(self, seconds: float) -> None:
        self.control("POST", "timing", {"transition": seconds, "status_checks": seconds})

    def fail(self, action: str, **fault: Any) -> None:
        assert self.control("POST", "faults", {"action": action, **fault}), f"no such fault: {fault}"

    def calls(self) -> list[dict[str, Any]]:
        return self.control("GET", "calls")
