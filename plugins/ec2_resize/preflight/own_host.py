"""Whether Airflow runs on the instance itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from socket import AF_INET, AF_INET6

import psutil

from ec2_instance.metadata import INSTANCE_ID, NotOnEc2Error, instance_id
from ec2_instance.size import Described
from ec2_resize.preflight.addresses import plain, private_addresses
from ec2_resize.preflight.check import Check, judge

# On Nitro the id of the instance: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/identify_ec2_instances.html
ASSET_TAG = Path("/sys/devices/virtual/dmi/id/board_asset_tag")


def own_host(instance: Described) -> Iterator[Check]:
    """Check that Airflow does not stop the machine that it runs on: nobody would start it again.

    The hardware and the metadata service tell the instance's id even in a container, which has addresses of
    its own.
    """
    here = _asset_tag() or _told_by_metadata()
    shared = private_addresses(instance) & _addresses_of_this_machine() if here is None else set()
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


def _told_by_metadata() -> str | None:
    try:
        return instance_id()
    except NotOnEc2Error:
        return None


def _addresses_of_this_machine() -> set[str]:
    addresses = (address for interface in psutil.net_if_addrs().values() for address in interface)
    return {plain(address.address) for address in addresses if address.family in {AF_INET, AF_INET6}}
