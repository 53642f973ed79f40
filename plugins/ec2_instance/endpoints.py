"""Whether an endpoint belongs to the service that is asked there.

AWS has a host per service, but a connection's `endpoint_url` applies to all services.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from botocore.loaders import Loader

from ec2_instance.errors import WrongEndpointError

# As they stand in the names of AWS's hosts, for example `monitoring.us-east-1.amazonaws.com`.
SERVICES = {"autoscaling", "ec2", "monitoring", "scheduler", "servicequotas", "sns", "ssm", "sts"}


def require_own_endpoint(client: Any) -> None:
    """Check that the client's endpoint is not AWS's host of another service.

    Raises:
        WrongEndpointError: it is.
    """
    own = client.meta.service_model.endpoint_prefix
    host = urlsplit(client.meta.endpoint_url).hostname or ""
    labels = {label.removesuffix("-fips") for label in host.split(".")}
    if own not in labels and labels & SERVICES and _belongs_to_aws(host):
        raise WrongEndpointError(service=client.meta.service_model.service_name, host=host)


def _belongs_to_aws(host: str) -> bool:
    outputs = [partition["outputs"] for partition in Loader().load_data("partitions")["partitions"]]
    domains = [output[kind] for output in outputs for kind in ("dnsSuffix", "dualStackDnsSuffix")]
    return any(host.endswith(f".{domain}") for domain in domains)
