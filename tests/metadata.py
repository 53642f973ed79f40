"""A metadata service for a test, as an instance has it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from embedded.loopback import LOOPBACK
from embedded.machine.metadata_service import MetadataService
from tests.ec2.simulator import TRILLIUM, WORK

ENDPOINT = "AWS_EC2_METADATA_SERVICE_ENDPOINT"


class Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        pass


@contextmanager
def serving(service: Callable[..., Any]) -> Iterator[str]:
    """The URL of a service that is gone afterwards."""
    server = make_server(LOOPBACK, 0, service, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def this_is(instance_id: str = TRILLIUM, instance_type: str = WORK) -> Iterator[str]:
    """The machine of the test is this instance meanwhile."""
    service = MetadataService(instance_id, instance_type, "us-east-1")
    with serving(service) as url, pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_EC2_METADATA_DISABLED", raising=False)
        patch.setenv(ENDPOINT, url)
        yield url
