"""The metadata service of a simulated instance is as strict as AWS's, and boto3's own code can use it."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from botocore.utils import InstanceMetadataRegionFetcher

from embedded.loopback import session
from embedded.machine.metadata_service import MetadataService
from tests.metadata import serving

TTL, TOKEN = "X-aws-ec2-metadata-token-ttl-seconds", "X-aws-ec2-metadata-token"
DATA = {
    "instance-id": "i-08a8fa9a42491827c",
    "instance-type": "c7i.8xlarge",
    "placement/region": "us-east-1",
    "placement/availability-zone": "us-east-1a",
}


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(clock: Clock) -> Iterator[str]:
    service = MetadataService(DATA["instance-id"], DATA["instance-type"], "us-east-1", clock)
    with serving(service) as where:
        yield where


def ask(method: str, url: str, **headers: str) -> requests.Response:
    with session() as once:
        return once.request(method, url, headers=headers, timeout=5)


def get(url: str, name: str, **headers: str) -> requests.Response:
    return ask("GET", f"{url}/latest/meta-data/{name}", **headers)


def token(url: str, seconds: Any = 60) -> str:
    answer = ask("PUT", f"{url}/latest/api/token", **{TTL: str(seconds)})
    answer.raise_for_status()
    assert answer.headers[TTL] == str(seconds)
    return answer.text


@pytest.mark.parametrize(("name", "value"), DATA.items())
def test_it_tells_with_a_token(url: str, name: str, value: str) -> None:
    assert get(url, name, **{TOKEN: token(url)}).text == value


def test_without_a_token_it_tells_nothing(url: str) -> None:
    """Version 1 asked without."""
    answer = get(url, "instance-id")
    assert (answer.status_code, answer.text) == (401, "")


@pytest.mark.parametrize("wrong", ["", "x", "AQAEAFyo"])
def test_a_wrong_token_is_refused(url: str, wrong: str) -> None:
    token(url)
    assert get(url, "instance-id", **{TOKEN: wrong}).status_code == 401


def test_a_token_ends(url: str, clock: Clock) -> None:
    short, long = token(url, 1), token(url, 21_600)
    clock.now += 0.9
    assert get(url, "instance-id", **{TOKEN: short}).ok
    clock.now += 0.1
    assert get(url, "instance-id", **{TOKEN: short}).status_code == 401
    clock.now += 21_598
    assert get(url, "instance-id", **{TOKEN: long}).ok
    clock.now += 1
    assert get(url, "instance-id", **{TOKEN: long}).status_code == 401


@pytest.mark.parametrize("seconds", ["0", "21601", "-1", "1.5", "soon", "", "²"])
def test_a_token_lives_for_a_second_up_to_six_hours(url: str, seconds: str) -> None:
    assert ask("PUT", f"{url}/latest/api/token", **{TTL: seconds.encode()}).status_code == 400


def test_a_token_needs_a_time_to_live(url: str) -> None:
    assert ask("PUT", f"{url}/latest/api/token").status_code == 400


def test_a_proxy_gets_no_token(url: str) -> None:
    answer = ask("PUT", f"{url}/latest/api/token", **{TTL: "60", "X-Forwarded-For": "192.0.2.1"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "latest/meta-data/iam/security-credentials/",
        "latest/meta-data/",
        "latest/user-data",
        "",
        "instance-id",
    ],
)
def test_what_is_not_there_is_not_found(url: str, path: str) -> None:
    """There are no credentials either: nobody takes the simulator's for real ones."""
    assert ask("GET", f"{url}/{path}", **{TOKEN: token(url)}).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "api/token"), ("POST", "api/token"), ("PUT", "meta-data/instance-id"), ("DELETE", "x")],
)
def test_other_methods_are_not_allowed(url: str, method: str, path: str) -> None:
    answer = ask(method, f"{url}/latest/{path}", **{TOKEN: token(url), TTL: "60"})
    assert answer.status_code == 405


def test_each_instance_has_tokens_of_its_own(url: str) -> None:
    with serving(MetadataService("i-1", "t3.2xlarge", "us-east-1")) as other:
        assert get(other, "instance-id", **{TOKEN: token(url)}).status_code == 401


def fetcher(url: str) -> InstanceMetadataRegionFetcher:
    """The one of boto3 that looks for the region, held to version 2."""
    return InstanceMetadataRegionFetcher(timeout=5, base_url=url, config={"ec2_metadata_v1_disabled": True})


def test_boto3_finds_the_region_there(url: str) -> None:
    assert fetcher(url).retrieve_region() == "us-east-1"
