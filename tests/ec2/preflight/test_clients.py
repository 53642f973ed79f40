"""How the preflight asks AWS."""

from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

from ec2_instance.clients import Clients
from tests.ec2.simulator import Simulator


def test_services_beside_ec2_get_little_patience(aws: Simulator) -> None:
    clients = Clients(EC2Hook(api_type="client_type"))
    config = clients.brief("service-quotas").meta.config
    assert (config.connect_timeout, config.read_timeout) == (5, 15)
    assert config.retries["total_max_attempts"] == 2
    assert clients.brief("cloudwatch").meta.endpoint_url == aws.url
