"""The WSGI application: control interface, faults and refusals in front of moto."""

import json
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import RLock
from typing import Any
from xml.sax.saxutils import escape

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Request, Response

from embedded.ec2 import refusals
from embedded.ec2.call import Call, read_call
from embedded.ec2.faults import Fault, FaultBook
from embedded.ec2.instance import Timing, install

log = logging.getLogger("embedded.ec2")

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

AMI = "ami-1e749f67"  # an x86_64 Ubuntu with an EBS root, from the images that moto ships
ERROR_CODE = re.compile(rb"<Code>([^<]+)</Code>")
ERROR_BODY = (
    "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
    "<RequestID>00000000-0000-4000-8000-000000000000</RequestID></Response>"
)


@dataclass(frozen=True)
class Machine:
    """The instance that exists from the start."""

    instance_id: str = "i-08a8fa9a42491827c"
    instance_type: str = "t3.2xlarge"
    name: str = "trillium-master"
    region: str = "us-east-1"

    def create(self) -> None:
        """Run it in the default VPC, in the region's first zone."""
        backend = ec2_backends[DEFAULT_ACCOUNT_ID][self.region]
        zone = f"{self.region}a"
        subnet = next(subnet for subnet in backend.describe_subnets() if subnet.availability_zone == zone)
        backend.run_instances(
            AMI,
            1,
            None,
            [],
            instance_id=self.instance_id,
            instance_type=self.instance_type,
            is_instance_type_default=False,
            region_name=self.region,
            subnet_id=subnet.id,
            associate_public_ip=True,
            tags={"instance": {"Name": self.name}},
        )


class SimulatedEC2:
    """A WSGI application that answers as EC2 and STS do, plus `/_control/` for those who test with it."""

    def __init__(self, machine: Machine, timing: Timing) -> None:
        install(Timing(0, 0))  # the first instance is simply there
        machine.create()
        install(timing)
        self.faults = FaultBook()
        self.calls: list[Call] = []
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._one_at_a_time = RLock()  # a rule and the change that it allows are one step; moto has no locks

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ["PATH_INFO"].startswith("/_control/"):
            return self._control(Request(environ))(environ, start_response)
        call = read_call(environ)
        self.calls.append(call)
        try:
            with self._one_at_a_time:
                response = self._answer(call, environ)
            call.status = response.status_code
            call.error = _error_code(response)
            return response(environ, start_response)
        finally:
            log.info("%s", call)

    def _answer(self, call: Call, environ: Environ) -> Response:
        fault = self.faults.take(call.action, _types(call))
        if fault and not fault.lost_answer:
            return _error(fault.error, fault.message, fault.status)
        try:
            refusals.check(call)
        except refusals.RefusedError as refused:
            return _error(refused.code, refused.message, refused.status)
        response = Response.from_app(self._moto, environ)
        if fault:
            # To werkzeug's server this is a client that went away; it answers nothing (see Handler).
            raise ConnectionAbortedError(call.action)
        return response

    def _control(self, request: Request) -> Response:
        match request.method, request.path.removeprefix("/_control/"):
            case "GET", "health":
                return _json({"ok": True})
            case "GET", "calls":
                return _json([call.as_dict() for call in self.calls])
            case "DELETE", "calls":
                self.calls.clear()
            case "DELETE", "faults":
                self.faults.clear()
            case "POST", ("faults" | "timing") as what:
                try:
                    self._set(what, json.loads(request.get_data()))
                except (TypeError, ValueError) as error:
                    return _json({"error": str(error)}, status=400)
            case _:
                return _json({"error": "no such thing"}, status=404)
        return _json({"ok": True})

    def _set(self, what: str, body: dict[str, Any]) -> None:
        if what == "faults":
            self.faults.add(Fault(**body))
        else:
            install(Timing(**body))


def _types(call: Call) -> set[str]:
    """The instance types that a call concerns: the one asked for, else those that its instances have."""
    if call.instance_type:
        return {call.instance_type}
    return {instance.instance_type for instance in refusals.instances(call)}


def _error(code: str, message: str, status: int) -> Response:
    body = ERROR_BODY.format(code=escape(code), message=escape(message))
    return Response(body, status=status, mimetype="text/xml")


def _error_code(response: Response) -> str | None:
    found = ERROR_CODE.search(response.get_data()) if response.status_code >= 400 else None
    return found[1].decode() if found else None


def _json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value), status=status, mimetype="application/json")
