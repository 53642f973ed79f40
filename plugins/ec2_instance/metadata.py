"""The metadata service, which tells an instance who it is.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests

TIMEOUT_SECONDS = 1  # it is one hop away; outside of AWS nobody answers
TOKEN_SECONDS = 60
LINK_LOCAL = {"ipv4": "http://169.254.169.254", "ipv6": "http://[fd00:ec2::254]"}
INSTANCE_ID = re.compile(r"i-[0-9a-f]+")


class NotOnEc2Error(Exception):
    """The metadata service does not say who this machine is."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(
            f"the metadata service at {where} does not say which instance this is: {why}. On EC2, let it "
            "answer: aws ec2 modify-instance-metadata-options --http-endpoint enabled, and in a container "
            "with --http-put-response-hop-limit 2."
        )


@dataclass(frozen=True)
class Identity:
    """What an instance is told about itself.

    Attributes:
        instance_id: its id.
        type: the type that it was started as, such as `c7i.8xlarge`.
        region: where it is.
    """

    instance_id: str
    type: str
    region: str


def identity() -> Identity:
    """Return what this machine is told about itself.

    Raises:
        NotOnEc2Error: nobody answers, or not as the metadata service of an instance.
    """
    return Identity(*_answers("instance-id", "instance-type", "placement/region"))


def instance_id() -> str:
    """Return the id of this machine's instance.

    Raises:
        NotOnEc2Error: nobody answers, or not as the metadata service of an instance.
    """
    return _answers("instance-id")[0]


def _answers(*names: str) -> list[str]:
    """Ask as version 2 of the service wants it: first for a token, which no proxy hands on."""
    import requests

    where = _endpoint()
    if os.environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        raise NotOnEc2Error(where, "it is not asked, as AWS_EC2_METADATA_DISABLED says")
    with requests.Session() as session:
        session.trust_env = False  # a proxy is another machine
        try:
            ttl = {"X-aws-ec2-metadata-token-ttl-seconds": str(TOKEN_SECONDS)}
            token = _ask(partial(session.put, f"{where}/latest/api/token", headers=ttl))
            known = {"X-aws-ec2-metadata-token": token}
            below = f"{where}/latest/meta-data"
            found = [_ask(partial(session.get, f"{below}/{name}", headers=known)) for name in names]
        except requests.RequestException as error:
            raise NotOnEc2Error(where, _in_words(error)) from error
    if not INSTANCE_ID.fullmatch(found[0]):
        raise NotOnEc2Error(where, f"it answers {found[0][:40]!r}")
    return found


def _ask(request: partial[requests.Response]) -> str:
    """Return the answer; ask once more where there is none."""
    from requests import ConnectionError, Timeout  # noqa: A004 - of that library

    try:
        answer = request(timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except (ConnectionError, Timeout):
        answer = request(timeout=TIMEOUT_SECONDS, allow_redirects=False)
    answer.raise_for_status()
    return answer.text.strip()


def _endpoint() -> str:
    """Return where it is: as boto3 finds it, which asks it for credentials."""
    from botocore.session import Session
    from botocore.utils import resolve_imds_endpoint_mode

    session = Session()
    chosen = session.get_config_variable("ec2_metadata_service_endpoint")
    return (chosen or LINK_LOCAL[resolve_imds_endpoint_mode(session)]).rstrip("/")


def _in_words(error: requests.RequestException) -> str:
    if error.response is not None:
        return f"it answers {error.response.status_code} {error.response.reason}"
    return f"nobody answers ({type(error).__name__})"
