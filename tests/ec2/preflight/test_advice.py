"""What does not stand in the way, and a person may want to know."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

from ec2_instance.clients import Clients
from tests.ec2.preflight.outcome import checks, private_instance, troubles
from tests.ec2.simulator import WORK, Simulator


def test_a_public_address_that_changes(aws: Simulator) -> None:
    it = aws.instance()
    found = checks(aws, it)
    assert troubles(found) == {"public IP": "warning"}
    assert aws.describe(it)["PublicIpAddress"] in found["public IP"].found


def test_a_public_address_that_no_other_comes_for(aws: Simulator) -> None:
    it = aws.instance()
    add_interface(aws, it)
    found = checks(aws, it)
    assert troubles(found) == {"public IP": "warning"}
    assert "and no other comes: it has 2 interfaces" in found["public IP"].found


def add_interface(aws: Simulator, it: str) -> None:
    subnet = aws.describe(it)["SubnetId"]
    interface = aws.ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    aws.ec2.attach_network_interface(NetworkInterfaceId=interface, InstanceId=it, DeviceIndex=1)


def test_a_tag_by_which_another_service_stops_and_starts_it(aws: Simulator, it: str) -> None:
    aws.ec2.create_tags(Resources=[it], Tags=[{"Key": "Schedule", "Value": "office-hours"}])
    found = checks(aws, it)
    assert troubles(found) == {"schedule": "warning"}
    assert "office-hours" in found["schedule"].found


def test_an_elastic_address_stays(aws: Simulator, it: str) -> None:
    address = aws.ec2.allocate_address(Domain="vpc")
    aws.ec2.associate_address(InstanceId=it, AllocationId=address["AllocationId"])
    found = checks(aws, it)
    assert troubles(found) == {}
    assert found["public IP"].found == f"{address['PublicIp']} stays"


def cpu(aws: Simulator, it: str, percent: float, minutes_ago: float) -> None:
    data = {
        "MetricName": "CPUUtilization",
        "Dimensions": [{"Name": "InstanceId", "Value": it}],
        "Timestamp": datetime.now(UTC) - timedelta(minutes=minutes_ago),
        "Value": percent,
        "Unit": "Percent",
    }
    aws.client("cloudwatch").put_metric_data(Namespace="AWS/EC2", MetricData=[data])


def test_a_busy_instance(aws: Simulator, it: str) -> None:
    cpu(aws, it, 4, minutes_ago=13)
    cpu(aws, it, 87, minutes_ago=7)
    found = checks(aws, it)
    assert troubles(found) == {"in use": "warning"}
    assert found["in use"].found == "up to 87 % of its CPUs in the last 15 minutes"


def test_an_idle_instance(aws: Simulator, it: str) -> None:
    cpu(aws, it, 99, minutes_ago=30)
    cpu(aws, it, 4, minutes_ago=7)
    found = checks(aws, it)
    assert troubles(found) == {}
    assert found["in use"].found == "up to 4 % of its CPUs in the last 15 minutes"


def test_a_stopped_instance_is_not_in_use(aws: Simulator) -> None:
    assert "in use" not in checks(aws, private_instance(aws, "stopped"))


@pytest.mark.parametrize("option", ["standard", "unlimited"])
def test_the_credit_option_is_told(aws: Simulator, it: str, option: str) -> None:
    wanted = {"InstanceId": it, "CpuCredits": option}
    aws.ec2.modify_instance_credit_specification(InstanceCreditSpecifications=[wanted])
    found = checks(aws, it)
    assert troubles(found) == {}
    assert found["credit option"].found.startswith(option)


def test_only_burstable_types_have_a_credit_option(aws: Simulator) -> None:
    assert "credit option" not in checks(aws, private_instance(aws, instance_type=WORK))


def test_services_beside_ec2_get_little_patience(aws: Simulator) -> None:
    clients = Clients(EC2Hook(api_type="client_type"))
    config = clients.brief("service-quotas").meta.config
    assert (config.connect_timeout, config.read_timeout) == (5, 15)
    assert config.retries["total_max_attempts"] == 2
    assert clients.brief("cloudwatch").meta.endpoint_url == aws.url
