"""One API call, read from its HTTP request."""

import io
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from time import time
from typing import Any
from urllib.parse import parse_qsl

# Signed requests carry `Credential=<key>/<date>/us-east-1/ec2/aws4_request`.
CREDENTIAL_SCOPE = re.compile(r"Credential=[^/]*/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/")
INSTANCE_ID_KEY = re.compile(r"InstanceId(\.\d+)?")


@dataclass
class Call:
    """What was asked, and - once answered - what the answer was."""

    action: str
    region: str
    params: Mapping[str, str]
    at: float = field(default_factory=time)
    status: int = 0
    error: str | None = None

    @property
    def instance_ids(self) -> list[str]:
        """The instances that the call names."""
        return [value for key, value in self.params.items() if INSTANCE_ID_KEY.fullmatch(key)]

    @property
    def instance_type(self) -> str | None:
        """The instance type that the call asks for."""
        return self.params.get("InstanceType.Value") or self.params.get("InstanceType")

    @property
    def dry_run(self) -> bool:
        """Whether the call only asks for permission."""
        return self.params.get("DryRun", "").lower() == "true"

    def as_dict(self) -> dict[str, Any]:
        """For the control interface."""
        return {**asdict(self), "instance_ids": self.instance_ids, "dry_run": self.dry_run}

    def __str__(self) -> str:
        subject = " ".join([*self.instance_ids, self.instance_type or "", "dry run" if self.dry_run else ""])
        answer = f"{self.status} {self.error or ''}" if self.status else "answer lost"
        return " ".join(f"{self.action} {subject} -> {answer}".split())


def read_call(environ: dict[str, Any]) -> Call:
    """Read the call from a WSGI environment and leave its body readable for moto."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    params = dict(parse_qsl(environ.get("QUERY_STRING", "")) + parse_qsl(body.decode()))
    scope = CREDENTIAL_SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return Call(params.get("Action", "-"), scope["region"] if scope else "us-east-1", params)
