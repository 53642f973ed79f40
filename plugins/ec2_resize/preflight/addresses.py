"""What runs on the instance: perhaps Airflow itself, perhaps what the work needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path
from socket import AF_INET, AF_INET6

import psutil
from botocore.exceptions import BotoCoreError
from botocore.session import Session
from botocore.utils import BadIMDSRequestError, IMDSFetcher, resolve_imds_endpoint_mode

from ec2_resize.preflight.check import Check, judge
from ec2_resize.preflight.fit import Described

# On Nitro the id of the instance: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/identify_ec2_instances.html
ASSET_TAG = Path("/sys/devices/virtual/dmi/id/board_asset_tag")
PATIENCE_SECONDS = 1  # outside of AWS nobody answers
INSTANCE_ID = re.compile(r"i-[0-9a-f]+")

# A service by its name, and the hosts that it is reached at: names, and the addresses behind them.
Service = tuple[str, Sequence[str]]


class InstanceMetadata(IMDSFetcher):
    """The metadata service of the instance on which this runs, found as boto3 finds it for credentials."""

    def __init__(self) -> None:
        session = Session()
        config = {
            "ec2_metadata_service_endpoint": session.get_config_variable("ec2_metadata_service_endpoint"),
            "ec2_metadata_service_endpoint_mode": resolve_imds_endpoint_mode(session),
        }
        super().__init__(timeout=PATIENCE_SECONDS, num_attempts=1, config=config)

    def instance_id(self) -> str | None:
        """Which instance this is; None where it is none, or nobody may know."""
        try:
            token = self._fetch_metadata_token()
            text = self._get_request("latest/meta-data/instance-id", None, token).text
        except (self._RETRIES_EXCEEDED_ERROR_CLS, BadIMDSRequestError, BotoCoreError):
            return None
        return text if INSTANCE_ID.fullmatch(text) else None


def own_host(instance: Described) -> Iterator[Check]:
    """Whether Airflow would stop the machine that it runs on: then nobody would start it again.

    The hardware and the metadata service know it even in a container, which has addresses of its own.
    """
    here = _asset_tag() or InstanceMetadata().instance_id()
    shared = _private(instance) & _of_this_machine() if here is None else set()
    yield judge(
        "Airflow's host",
        here or " ".join(sorted(shared)) or "another one",
        "Airflow runs on the instance, and a stop would end what has to start it again. "
        "Run Airflow on another machine.",
        good=here != instance["InstanceId"] and not shared,
    )


def _asset_tag() -> str | None:
    try:
        text = ASSET_TAG.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None
    return text if INSTANCE_ID.fullmatch(text) else None


def _of_this_machine() -> set[str]:
    found = (each for it in psutil.net_if_addrs().values() for each in it)
    return {_plain(it.address) for it in found if it.family in {AF_INET, AF_INET6}}


def _private(instance: Described) -> set[str]:
    interfaces = instance.get("NetworkInterfaces", [])
    found = [each["PrivateIpAddress"] for it in interfaces for each in it.get("PrivateIpAddresses") or []]
    found += [each["Ipv6Address"] for it in interfaces for each in it.get("Ipv6Addresses") or []]
    return {_plain(it) for it in found}


def _plain(host: str) -> str:
    """An address in its shortest form, without its interface; a name in lower case."""
    host = host.partition("%")[0].rstrip(".").lower()
    try:
        return str(ip_address(host))
    except ValueError:
        return host


def services(instance: Described, needed: Iterable[Service]) -> Iterator[Check]:
    """Whether what the work needs is found again after the stop."""
    lost, kept = _hosts(instance)
    at = {name: {_plain(host) for host in hosts} for name, hosts in needed}
    if at:
        yield judge(
            "services",
            "; ".join(f"{name} is {_place(hosts, lost, kept)}" for name, hosts in at.items()),
            "Reach it by the instance's private address, or give the instance an Elastic IP: the stop gives "
            "this address back for good.",
            good=not any(hosts & lost for hosts in at.values()),
        )


def _place(hosts: set[str], lost: set[str], kept: set[str]) -> str:
    if found := sorted(hosts & lost):
        return f"at {' '.join(found)}, which changes at every stop"
    if found := sorted(hosts & kept):
        return f"at {' '.join(found)}: it restarts with the instance, and is waited for"
    return "elsewhere"


def _hosts(instance: Described) -> tuple[set[str], set[str]]:
    """Where the instance is reached: what a stop gives back to Amazon, and what stays."""
    interfaces = instance.get("NetworkInterfaces", [])
    addresses = [each for it in interfaces for each in it.get("PrivateIpAddresses") or []]
    associations = [found for it in [*interfaces, *addresses] if (found := it.get("Association"))]
    of_amazon = [it for it in associations if it.get("IpOwnerId") == "amazon"]
    lost = {it[name] for it in of_amazon for name in ("PublicIp", "PublicDnsName") if it.get(name)}
    if instance.get("PublicIpAddress") in lost:
        lost.add(instance.get("PublicDnsName", ""))
    public = {it[name] for it in associations for name in ("PublicIp", "PublicDnsName") if it.get(name)}
    names = {it.get("PrivateDnsName", "") for it in [instance, *interfaces, *addresses]}
    kept = _private(instance) | {_plain(it) for it in (public - lost) | names}
    return {_plain(it) for it in lost} - {""}, kept - {""}
