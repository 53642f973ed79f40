"""The WSGI application: control interface, faults and refusals in front of moto."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import RLock
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.wrappers import Request, Response

from embedded.ec2 import control, credit_option, options, price_list, quotas, refusals, shortcuts, topics
from embedded.ec2.answers import error_answer, error_code
from embedded.ec2.call import Call, read_call
from embedded.ec2.faults import FaultBook
from embedded.ec2.simulated_instance import TimedInstance, Timing, install

log = logging.getLogger("embedded.ec2")

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

AMI = "ami-1e749f67"  # an x86_64 Ubuntu with an EBS root, from the images that moto ships


@dataclass(frozen=True)
class FirstInstance:
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
    """A WSGI application that answers as EC2 and the services beside it do, plus `/_control/` for testers."""

    def __init__(self, first: FirstInstance, timing: Timing) -> None:
        for part in (credit_option, options, price_list, quotas, shortcuts, topics):
            part.install()
        install(Timing(0, 0))  # the first instance is simply there
        first.create()
        install(timing)
        self.faults = FaultBook()
        self.calls: list[Call] = []
        self._control = control.Control(self.faults, self.calls, first.region)
        self._moto = shortcuts.Dispatcher(create_backend_app)
        self._one_at_a_time = RLock()  # a rule and the change that it allows are one step; moto has no locks

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ["PATH_INFO"].startswith(control.PREFIX):
            return self._control.answer(Request(environ))(environ, start_response)
        call = read_call(environ)
        self.calls.append(call)
        try:
            response = self._answer(call, environ)
            call.status = response.status_code
            call.error = error_code(response)
            return response(environ, start_response)
        finally:
            log.info("%s", call)

    def _answer(self, call: Call, environ: Environ) -> Response:
        fault = self.faults.take(call)
        if fault:
            time.sleep(fault.latency)
            if fault.error:
                return error_answer(call, fault.error, fault.message, fault.status)
        with self._one_at_a_time:
            try:
                refusals.check(call)
            except refusals.RefusedError as refused:
                return error_answer(call, refused.code, refused.message, refused.status)
            TimedInstance.fault = fault
            response = price_list.answer(call) or Response.from_app(self._moto, environ)
        if fault and fault.lost_answer:
            # To werkzeug's server this is a client that went away; it answers nothing (see Handler).
            raise ConnectionAbortedError(call.action)
        return response
