"""Which addresses of the instance a stop takes away, and what is reached at them."""

from typing import Any

from tests.ec2.preflight.outcome import checks, private_instance, troubles
from tests.ec2.simulator import Simulator


def test_a_public_address_that_changes(aws: Simulator) -> None:
    instance_id = aws.instance()
    found = checks(aws, instance_id)
    assert troubles(found) == {"public IP": "warning"}
    assert aws.describe(instance_id)["PublicIpAddress"] in found["public IP"].found


def test_a_public_address_that_no_other_comes_for(aws: Simulator) -> None:
    instance_id = aws.instance()
    add_interface(aws, instance_id)
    found = checks(aws, instance_id)
    assert troubles(found) == {"public IP": "warning"}
    assert "and no other comes: it has 2 interfaces" in found["public IP"].found


def add_interface(aws: Simulator, instance_id: str) -> None:
    subnet = aws.describe(instance_id)["SubnetId"]
    interface = aws.ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    aws.ec2.attach_network_interface(NetworkInterfaceId=interface, InstanceId=instance_id, DeviceIndex=1)


def test_an_elastic_address_stays(aws: Simulator, instance_id: str) -> None:
    address = aws.ec2.allocate_address(Domain="vpc")
    aws.ec2.associate_address(InstanceId=instance_id, AllocationId=address["AllocationId"])
    found = checks(aws, instance_id)
    assert troubles(found) == {}
    assert found["public IP"].found == f"{address['PublicIp']} stays"


DATABASE = "the feature database"


def services(aws: Simulator, instance_id: str, *hosts: str) -> Any:
    found = checks(aws, instance_id, services=[(DATABASE, hosts)])
    return found["services"], troubles(found)


def test_a_service_at_an_address_that_changes(aws: Simulator) -> None:
    instance_id = aws.instance()
    described = aws.describe(instance_id)
    for hosts in (
        [described["PublicIpAddress"]],
        ["db.example.com", described["PublicDnsName"].upper() + ".", described["PrivateIpAddress"]],
    ):
        line, all_lines = services(aws, instance_id, *hosts)
        assert all_lines == {"public IP": "warning", "services": "failed"}
        assert DATABASE in line.found
        assert "changes" in line.found


def test_a_service_on_the_instance_at_an_address_that_stays(aws: Simulator, instance_id: str) -> None:
    address = aws.ec2.allocate_address(Domain="vpc")
    aws.ec2.associate_address(InstanceId=instance_id, AllocationId=address["AllocationId"])
    described = aws.describe(instance_id)
    for host in (address["PublicIp"], described["PrivateIpAddress"], described["PrivateDnsName"]):
        line, all_lines = services(aws, instance_id, host)
        assert all_lines == {}
        assert "restarts with the instance" in line.found


def test_a_service_elsewhere(aws: Simulator, instance_id: str) -> None:
    line, all_lines = services(aws, instance_id, "db.example.com", "192.0.2.1")
    assert all_lines == {}
    assert line.found == f"{DATABASE} is elsewhere"


def test_a_service_that_no_address_is_known_of(aws: Simulator, instance_id: str) -> None:
    assert services(aws, instance_id)[1] == {}


def test_no_services_no_line(aws: Simulator) -> None:
    assert "services" not in checks(aws, private_instance(aws))
