"""Whose an endpoint is: AWS has a host per service, and the connection's endpoint_url is for all services."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader

# As they stand in the names of AWS's hosts, for example `monitoring.us-east-1.amazonaws.com`.
SERVICES = {"autoscaling", "ec2", "monitoring", "scheduler", "servicequotas", "sns", "ssm", "sts"}


class WrongEndpointError(BotoCoreError):
    """A client would ask the host of another service."""

    fmt = "{service} would be asked at {host}, which is the endpoint of another service"


def require_own_endpoint(client: Any) -> None:
    """Raise where the endpoint of a client is a host of AWS for another service."""
    own = client.meta.service_model.endpoint_prefix
    host = urlsplit(client.meta.endpoint_url).hostname or ""
    named = {label.removesuffix("-fips") for label in host.split(".")}
    if _is_of_aws(host) and own not in named and named & SERVICES:
        raise WrongEndpointError(service=client.meta.service_model.service_name, host=host)


def _is_of_aws(host: str) -> bool:
    partitions = [it["outputs"] for it in Loader().load_data("partitions")["partitions"]]
    domains = [it[kind] for it in partitions for kind in ("dnsSuffix", "dualStackDnsSuffix")]
    return any(host.endswith(f".{domain}") for domain in domains)
