"""How the preflight asks AWS."""

from ec2_instance.clients import Clients, ec2_hook
from tests.ec2.simulator import Simulator


def test_services_beside_ec2_get_little_patience(aws: Simulator) -> None:
    clients = Clients(ec2_hook())
    config = clients.brief("service-quotas").meta.config
    assert (config.connect_timeout, config.read_timeout) == (5, 15)
    assert config.retries["total_max_attempts"] == 2
    assert clients.brief("cloudwatch").meta.endpoint_url == aws.url
