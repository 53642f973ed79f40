"""What Airflow and the services of a run have to do with the instance."""

import ipaddress
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import psutil
import pytest

from tests.ec2.preflight.outcome import checks, private_instance, troubles
from tests.ec2.simulator import TRILLIUM, Simulator


def an_address_of_this_machine(family: str) -> str:
    """One that is not a loopback's, if there is one, written out in full."""
    found = [each for it in psutil.net_if_addrs().values() for each in it if each.family.name == family]
    addresses = [ipaddress.ip_address(it.address.partition("%")[0]) for it in found]
    if not addresses:
        pytest.skip(f"this machine has no {family}")
    return next((it for it in addresses if not it.is_loopback), addresses[0]).exploded


def test_airflow_runs_elsewhere(aws: Simulator, it: str) -> None:
    found = checks(aws, it)
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
    aws: Simulator, it: str, family: str, members: str, member: str
) -> None:
    here = an_address_of_this_machine(family)
    aws.show(it, NetworkInterfaces=[{members: [{member: here}]}])
    found = checks(aws, it)
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


def test_the_metadata_service_knows_the_instance(aws: Simulator, it: str, metadata: Metadata) -> None:
    """A container does not have the addresses of its host."""
    metadata.instance_id = it
    assert troubles(checks(aws, it)) == {"Airflow's host": "failed"}


def test_the_metadata_service_knows_another_instance(aws: Simulator, it: str, metadata: Metadata) -> None:
    metadata.instance_id = TRILLIUM
    found = checks(aws, it)
    assert troubles(found) == {}
    assert found["Airflow's host"].found == TRILLIUM


def test_a_metadata_service_that_is_turned_off_is_not_asked(
    aws: Simulator, it: str, metadata: Metadata, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata.instance_id = it
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert troubles(checks(aws, it)) == {}


@pytest.mark.parametrize("answer", ["<html>a proxy's page</html>", ""])
def test_a_metadata_service_that_makes_no_sense(
    aws: Simulator, it: str, metadata: Metadata, answer: str
) -> None:
    metadata.instance_id = answer
    found = checks(aws, it)
    assert troubles(found) == {}
    assert found["Airflow's host"].found == "another one"


@pytest.mark.parametrize("tag", ["{it}\n", "Amazon EC2\n"])
def test_the_hardware_knows_the_instance(
    aws: Simulator, it: str, tag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a container, too, that the metadata service does not answer: its hop limit may be 1."""
    file = tmp_path / "board_asset_tag"
    file.write_text(tag.format(it=it))
    monkeypatch.setattr("ec2_resize.preflight.own_host.ASSET_TAG", file)
    assert troubles(checks(aws, it)) == ({"Airflow's host": "failed"} if "{it}" in tag else {})


DATABASE = "the feature database"


def services(aws: Simulator, it: str, *hosts: str) -> Any:
    found = checks(aws, it, services=[(DATABASE, hosts)])
    return found["services"], troubles(found)


def test_a_service_at_an_address_that_changes(aws: Simulator) -> None:
    it = aws.instance()
    described = aws.describe(it)
    for hosts in (
        [described["PublicIpAddress"]],
        ["db.example.com", described["PublicDnsName"].upper() + ".", described["PrivateIpAddress"]],
    ):
        line, all_lines = services(aws, it, *hosts)
        assert all_lines == {"public IP": "warning", "services": "failed"}
        assert DATABASE in line.found
        assert "changes" in line.found


def test_a_service_on_the_instance_at_an_address_that_stays(aws: Simulator, it: str) -> None:
    address = aws.ec2.allocate_address(Domain="vpc")
    aws.ec2.associate_address(InstanceId=it, AllocationId=address["AllocationId"])
    described = aws.describe(it)
    for host in (address["PublicIp"], described["PrivateIpAddress"], described["PrivateDnsName"]):
        line, all_lines = services(aws, it, host)
        assert all_lines == {}
        assert "restarts with the instance" in line.found


def test_a_service_elsewhere(aws: Simulator, it: str) -> None:
    line, all_lines = services(aws, it, "db.example.com", "192.0.2.1")
    assert all_lines == {}
    assert line.found == f"{DATABASE} is elsewhere"


def test_a_service_that_no_address_is_known_of(aws: Simulator, it: str) -> None:
    assert services(aws, it)[1] == {}


def test_no_services_no_line(aws: Simulator) -> None:
    assert "services" not in checks(aws, private_instance(aws))
