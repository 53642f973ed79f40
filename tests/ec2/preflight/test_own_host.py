"""Whether Airflow runs on the instance itself."""

import ipaddress
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import psutil
import pytest

from tests.ec2.preflight.outcome import checks, troubles
from tests.ec2.simulator import TRILLIUM, Simulator


def an_address_of_this_machine(family: str) -> str:
    """One that is not a loopback's, if there is one, written out in full."""
    found = [
        each
        for interface in psutil.net_if_addrs().values()
        for each in interface
        if each.family.name == family
    ]
    addresses = [ipaddress.ip_address(each.address.partition("%")[0]) for each in found]
    if not addresses:
        pytest.skip(f"this machine has no {family}")
    return next((address for address in addresses if not address.is_loopback), addresses[0]).exploded


def test_airflow_runs_elsewhere(aws: Simulator, instance_id: str) -> None:
    found = checks(aws, instance_id)
    assert troubles(found) == {}
    assert found["Airflow's host"].found == "another one"


@pytest.mark.parametrize(
    ("family", "members", "member"),
    [
        ("AF_INET", "PrivateIpAddresses", "PrivateIpAddress"),
        ("AF_INET6", "Ipv6Addresses", "Ipv6Address"),
    ],
)
def test_airflow_runs_on_the_instance_itself(
    aws: Simulator, instance_id: str, family: str, members: str, member: str
) -> None:
    here = an_address_of_this_machine(family)
    aws.show(instance_id, NetworkInterfaces=[{members: [{member: here}]}])
    found = checks(aws, instance_id)
    assert troubles(found) == {"Airflow's host": "failed"}
    assert "Run Airflow on another" in found["Airflow's host"].what_to_do


class Metadata(ThreadingHTTPServer):
    """A metadata service, version 2."""

    instance_id = "i-00000000000000000"


class Handler(BaseHTTPRequestHandler):
    server: Metadata

    def do_PUT(self) -> None:
        self._answer("token" if self.headers["x-aws-ec2-metadata-token-ttl-seconds"] else "")

    def do_GET(self) -> None:
        known = self.headers["x-aws-ec2-metadata-token"] == "token"
        wanted = known and self.path == "/latest/meta-data/instance-id"
        self._answer(self.server.instance_id if wanted else "")

    def _answer(self, text: str) -> None:
        self.send_response(200 if text else 401)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> Iterator[Metadata]:
    server = Metadata(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", f"http://127.0.0.1:{server.server_port}/")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_metadata_service_knows_the_instance(
    aws: Simulator, instance_id: str, metadata: Metadata
) -> None:
    """A container does not have the addresses of its host."""
    metadata.instance_id = instance_id
    assert troubles(checks(aws, instance_id)) == {"Airflow's host": "failed"}


def test_the_metadata_service_knows_another_instance(
    aws: Simulator, instance_id: str, metadata: Metadata
) -> None:
    metadata.instance_id = TRILLIUM
    found = checks(aws, instance_id)
    assert troubles(found) == {}
    assert found["Airflow's host"].found == TRILLIUM


def test_a_metadata_service_that_is_turned_off_is_not_asked(
    aws: Simulator, instance_id: str, metadata: Metadata, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata.instance_id = instance_id
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert troubles(checks(aws, instance_id)) == {}


@pytest.mark.parametrize("answer", ["<html>a proxy's page</html>", ""])
def test_a_metadata_service_that_makes_no_sense(
    aws: Simulator, instance_id: str, metadata: Metadata, answer: str
) -> None:
    metadata.instance_id = answer
    found = checks(aws, instance_id)
    assert troubles(found) == {}
    assert found["Airflow's host"].found == "another one"


@pytest.mark.parametrize("tag", ["{instance_id}\n", "Amazon EC2\n"])
def test_the_hardware_knows_the_instance(
    aws: Simulator, instance_id: str, tag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a container, too, that the metadata service does not answer: its hop limit may be 1."""
    file = tmp_path / "board_asset_tag"
    file.write_text(tag.format(instance_id=instance_id))
    monkeypatch.setattr("ec2_resize.preflight.own_host.ASSET_TAG", file)
    assert troubles(checks(aws, instance_id)) == (
        {"Airflow's host": "failed"} if "{instance_id}" in tag else {}
    )
