"""One endpoint for all services, and AWS has one for each."""

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from ec2_instance.clients import Clients, ec2_hook
from ec2_instance.holder import RunIdentity
from ec2_instance.lease import Lease
from ec2_resize.preflight import account
from ec2_resize.preflight.preflight import preflight
from ec2_resize.preflight.run_check import run_check
from tests.ec2.preflight.conftest import lead_to
from tests.ec2.simulator import BASE, TAGS, TRILLIUM, WORK, Simulator

OTHERS = ["autoscaling", "cloudwatch", "scheduler", "service-quotas", "sns", "ssm", "sts"]


def connect(monkeypatch: pytest.MonkeyPatch, **extra: Any) -> None:
    """Let the connection `aws_default` have no endpoint, and this."""
    connection = {"conn_type": "aws", "login": "AKIATEST", "password": "not-a-secret", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(connection))


@pytest.fixture
def clients(aws: Simulator) -> Clients:
    return Clients(ec2_hook(aws_conn_id="aws_default"))


@pytest.mark.parametrize(
    "host",
    [
        "ec2.us-east-1.amazonaws.com",
        "ec2-fips.us-east-1.amazonaws.com",
        "ec2.us-east-1.api.aws",
        "ec2.cn-north-1.amazonaws.com.cn",
        "vpce-1-2.ec2.us-east-1.vpce.amazonaws.com",
        "EC2.us-east-1.amazonaws.com",
    ],
)
def test_ec2s_endpoint_for_all_services_is_a_failure(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    lead_to(f"https://{host}", monkeypatch)
    [line] = run_check("identity", partial(account.identity, clients))
    assert (line.name, line.result) == ("identity", "failed")
    assert host.lower() in line.found
    assert "endpoint_url" in line.what_to_do


@pytest.mark.parametrize("service", OTHERS)
def test_it_is_a_failure_for_each_of_them(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    lead_to("https://ec2.us-east-1.amazonaws.com", monkeypatch)
    [line] = run_check("the client", lambda: [clients.brief(service)])
    assert line.result == "failed"


def test_another_services_endpoint_is_a_failure_for_the_instance(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_to("https://sts.us-east-1.amazonaws.com", monkeypatch)
    lease = Lease(TAGS, timedelta(hours=1))
    lines = preflight(clients, TRILLIUM, [BASE], [WORK], RunIdentity("manual__1"), lease)
    found = {line.name: line for line in lines}
    assert found["instance"].result == "failed"
    assert "the endpoint of another service" in found["instance"].found


@pytest.mark.parametrize("service", ["ec2", *OTHERS])
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:5000",
        "http://ec2:5000",  # docker compose
        "http://ec2-198-51-100-1.compute-1.amazonaws.com:5000",  # a simulator on somebody's instance
        "https://proxy-1.us-east-1.elb.amazonaws.com",
        "https://ec2.us-east-1.amazonaws.com.example.org",
    ],
)
def test_what_is_no_host_of_a_service_may_be_the_endpoint_of_all(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, url: str, service: str
) -> None:
    lead_to(url, monkeypatch)
    assert clients._client(service, {})


@pytest.mark.parametrize("service", ["ec2", *OTHERS])
@pytest.mark.parametrize("region", ["us-east-1", "us-gov-west-1", "cn-north-1", "us-iso-east-1"])
def test_without_an_endpoint_each_has_its_own(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, region: str, service: str
) -> None:
    connect(monkeypatch, region_name=region)
    assert clients._client(service, {})


def test_an_endpoint_of_one_service_is_its_own(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"sts": {"endpoint_url": "https://vpce-1-2.sts.us-east-1.vpce.amazonaws.com"}}
    connect(monkeypatch, region_name="us-east-1", service_config=own)
    assert clients.brief("sts")
