"""Whether Airflow runs on the instance itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from socket import AF_INET, AF_INET6

import psutil
from botocore.exceptions import BotoCoreError
from botocore.session import Session
from botocore.utils import BadIMDSRequestError, IMDSFetcher, resolve_imds_endpoint_mode

from ec2_resize.preflight.addresses import plain, private_addresses
from ec2_resize.preflight.check import Check, judge
from ec2_resize.preflight.instance_types import Described

# On Nitro the id of the instance: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/identify_ec2_instances.html
ASSET_TAG = Path("/sys/devices/virtual/dmi/id/board_asset_tag")
METADATA_TIMEOUT_SECONDS = 1  # outside of AWS nobody answers
INSTANCE_ID = re.compile(r"i-[0-9a-f]+")


def own_host(instance: Described) -> Iterator[Check]:
    """Check that Airflow does not stop the machine that it runs on: nobody would start it again.

    The hardware and the metadata service tell the instance's id even in a container, which has addresses of
    its own.
    """
    here = _asset_tag() or InstanceMetadata().instance_id()
    shared = private_addresses(instance) & _addresses_of_this_machine() if here is None else set()
    yield judge(
        "Airflow's host",
        here or " ".join(sorted(shared)) or "another one",
        "Airflow runs on the instance, and a stop would end what has to start it again. "
        "Run Airflow on another machine.",
        good=here != instance["InstanceId"] and not shared,
    )


class InstanceMetadata(IMDSFetcher):
    """The metadata service of the instance on which this runs, found as boto3 finds it for credentials."""

    def __init__(self) -> None:
        session = Session()
        config = {
            "ec2_metadata_service_endpoint": session.get_config_variable("ec2_metadata_service_endpoint"),
            "ec2_metadata_service_endpoint_mode": resolve_imds_endpoint_mode(session),
        }
        super().__init__(timeout=METADATA_TIMEOUT_SECONDS, num_attempts=1, config=config)

    def instance_id(self) -> str | None:
        """Return the id of this machine's instance; None where it is none, or the service does not answer."""
        try:
            token = self._fetch_metadata_token()
            text = self._get_request("latest/meta-data/instance-id", None, token).text
        except (self._RETRIES_EXCEEDED_ERROR_CLS, BadIMDSRequestError, BotoCoreError):
            return None
        return text if INSTANCE_ID.fullmatch(text) else None


def _asset_tag() -> str | None:
    try:
        text = ASSET_TAG.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None
    return text if INSTANCE_ID.fullmatch(text) else None


def _addresses_of_this_machine() -> set[str]:
    addresses = (address for interface in psutil.net_if_addrs().values() for address in interface)
    return {plain(address.address) for address in addresses if address.family in {AF_INET, AF_INET6}}
