"""Which AWS the services work on: the simulated one, another endpoint, or AWS itself."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader

from embedded.errors import EmbeddedError

CHOICE, REAL = "TIER1_AWS", "real"
ENDPOINT = "AWS_ENDPOINT_URL"
REGION = "us-east-1"  # of an endpoint that is not AWS's
OF_ONE_SERVICE = f"An endpoint of one service, such as a VPC endpoint, is {ENDPOINT}_EC2 and so on."


def is_simulated(environ: Mapping[str, str]) -> bool:
    """Tell whether the user has named no other."""
    return not (environ.get(CHOICE) or environ.get(ENDPOINT))


def region_of(environ: Mapping[str, str]) -> str:
    """Return the region to name to an endpoint that is not AWS's."""
    return environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or REGION


def place(environ: Mapping[str, str]) -> str:
    """Say where the instance is, in words; the rest of an URL may hold a password."""
    if environ.get(CHOICE):
        return f"on AWS itself, in {boto3.Session().region_name}"
    return f"at {urlsplit(environ[ENDPOINT]).hostname}"


def require_clear() -> None:
    """Raise, saying what to do, where the environment cannot mean what it says."""
    chosen, endpoint = os.environ.get(CHOICE), os.environ.get(ENDPOINT)
    if chosen and chosen != REAL:
        raise EmbeddedError(
            f"{CHOICE}={chosen!r} has no meaning: set it to {REAL} for AWS itself, or unset it."
        )
    if chosen and endpoint:
        raise EmbeddedError(
            f"{CHOICE}={REAL} and {ENDPOINT} contradict each other: unset {ENDPOINT} for AWS itself, or "
            f"{CHOICE} for that endpoint. {OF_ONE_SERVICE}"
        )
    if endpoint and (host := _host_of_aws(endpoint)):
        raise EmbeddedError(
            f"{ENDPOINT} names {host}, which is AWS's and answers for one service, but every service would "
            f"be asked there. Unset it and set {CHOICE}={REAL} instead. {OF_ONE_SERVICE}"
        )
    if chosen:
        _require_what_boto3_needs()


def _require_what_boto3_needs() -> None:
    try:
        session = boto3.Session()
        region, credentials = session.region_name, session.get_credentials()
    except BotoCoreError as error:
        raise EmbeddedError(f"{CHOICE}={REAL}, but boto3 cannot read its configuration: {error}") from error
    if not region:
        raise EmbeddedError(
            f"{CHOICE}={REAL}, but boto3 finds no region: set AWS_DEFAULT_REGION (it does not read "
            "AWS_REGION), or AWS_PROFILE to a profile that has one."
        )
    if not credentials:
        raise EmbeddedError(
            f"{CHOICE}={REAL}, but boto3 finds no credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or run where a role is attached."
        )


def _host_of_aws(url: str) -> str | None:
    """Return the host that an URL names, if it is in one of AWS's domains."""
    host = urlsplit(url).hostname or ""
    partitions = [partition["outputs"] for partition in Loader().load_data("partitions")["partitions"]]
    domains = {partition[kind] for partition in partitions for kind in ("dnsSuffix", "dualStackDnsSuffix")}
    return host if any(host.endswith(f".{domain}") for domain in domains) else None
