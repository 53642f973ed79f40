"""The clients of one connection: how often they try, and what they share."""

import pytest
from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

from ec2_instance.clients import Clients, ec2_hook
from ec2_instance.errors import WrongEndpointError, worth_another_look
from tests.ec2.simulator import Simulator


@pytest.fixture
def clients(aws: Simulator) -> Clients:
    assert aws
    return Clients(ec2_hook())


def test_services_beside_ec2_get_little_patience(aws: Simulator, clients: Clients) -> None:
    config = clients.brief("service-quotas").meta.config
    assert (config.connect_timeout, config.read_timeout) == (5, 15)
    assert config.retries["total_max_attempts"] == 2
    assert clients.brief("cloudwatch").meta.endpoint_url == aws.url


@pytest.mark.parametrize(("name", "attempts"), [("ec2", 1), ("brief_ec2", 2), ("patient_ec2", 8)])
def test_how_often_a_client_tries(clients: Clients, name: str, attempts: int) -> None:
    assert getattr(clients, name).meta.config.retries["total_max_attempts"] == attempts


def test_the_connections_own_number_of_attempts(clients: Clients) -> None:
    config = clients.connection_ec2.meta.config
    assert config.retries["total_max_attempts"] == 1  # as the connection of the tests says
    assert (config.connect_timeout, config.read_timeout) == (5, 15)


def test_all_share_one_session_so_that_a_role_is_assumed_once(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = []
    make = EC2Hook.get_session

    def counted(self: EC2Hook, region_name: str | None = None) -> object:
        sessions.append(make(self, region_name))
        return sessions[-1]

    monkeypatch.setattr(EC2Hook, "get_session", counted)
    monkeypatch.setenv("AWS_TEST_WITHOUT_SHARED_CLIENTS", "1")  # another key: these are made here
    assert clients.scheduler.meta.region_name == clients.region == "us-east-1"
    assert clients.sns("arn:aws:sns:eu-west-1:123456789012:alerts").meta.region_name == "eu-west-1"
    assert clients.patient_ec2 is not clients.ec2
    assert len(sessions) == 1


def test_an_endpoint_of_another_service_is_a_mistake_that_no_other_try_mends() -> None:
    assert not worth_another_look(WrongEndpointError(service="sns", host="ec2.us-east-1.amazonaws.com"))
