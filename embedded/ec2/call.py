"""One API call, read from its HTTP request."""

import io
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from time import time
from typing import Any
from urllib.parse import parse_qsl

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request
from moto.core.routing import get_service_router
from werkzeug.exceptions import NotFound

# Signed requests carry `Credential=<key>/<date>/us-east-1/ec2/aws4_request`.
CREDENTIAL_SCOPE = re.compile(r"Credential=[^/]*/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/")
INSTANCE_ID_KEY = re.compile(r"InstanceId(\.\d+)?")
# https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
RPC_PATH = re.compile(r"/service/[^/]+/operation/(?P<action>\w+)")
UNKNOWN = "-"


@dataclass
class Call:
    """What was asked, and - once answered - what the answer was.

    Attributes:
        service: the name that the service's calls are signed with, such as `ec2` or `monitoring`.
        protocol: how errors are worded: `ec2`, `query` or `json`.
    """

    service: str
    action: str
    protocol: str
    region: str
    params: Mapping[str, Any]
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
        return str(self.params.get("DryRun")).lower() == "true"

    def as_dict(self) -> dict[str, Any]:
        """Make it a dictionary for the control interface."""
        return {**asdict(self), "instance_ids": self.instance_ids, "dry_run": self.dry_run}

    def __str__(self) -> str:
        subject = " ".join([*self.instance_ids, self.instance_type or "", "dry run" if self.dry_run else ""])
        answer = f"{self.status} {self.error or ''}" if self.status else "answer lost"
        return " ".join(f"{self.action} {subject} -> {answer}".split())


def read_call(environ: dict[str, Any]) -> Call:
    """Read the call from a WSGI environment and leave its body readable for moto."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    scope = CREDENTIAL_SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    service, region = (scope["service"], scope["region"]) if scope else (UNKNOWN, "us-east-1")
    if "json" in environ.get("CONTENT_TYPE", ""):
        params = _json_object(body)
    else:
        params = dict(parse_qsl(environ.get("QUERY_STRING", "")) + parse_qsl(body.decode(errors="replace")))
        if "Action" in params:
            protocol = "ec2" if service == "ec2" else "query"
            return Call(service, params["Action"], protocol, region, params)
    return Call(service, _action(environ, service), "json", region, params)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _action(environ: dict[str, Any], service: str) -> str:
    """Find the action of a call that does not name it among its parameters."""
    if target := environ.get("HTTP_X_AMZ_TARGET"):  # such as AmazonSSM.GetParameter
        return target.rpartition(".")[2]
    if found := RPC_PATH.fullmatch(environ["PATH_INFO"]):
        return found["action"]
    try:  # REST: the method and the path tell it
        operation, _ = get_service_router(service).match(Request(environ))
    except (NotFound, NotImplementedError, UnknownServiceError):  # moto's router: no such call
        return UNKNOWN
    return str(operation.name)
