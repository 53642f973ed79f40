"""What the owner of a worker, or of the network in between, gets hold of."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from airflow.sdk.configuration import conf

from ec2_resize.preflight.check import Check, judge

MORE = "See docs/explanation/worker-security.md."


def signing_key() -> Check:
    """Tell whether the worker holds what the tokens of users are signed with.

    `get_signing_args` and `get_sig_validation_args` (airflow/api_fastapi/auth/tokens.py) take the private key
    where there is one, or else `jwt_secret`. The Edge API and its worker use `jwt_secret` in any case
    (edge3/worker_api/auth.py, edge3/cli/api_client.py).
    """
    private = bool(conf.get("api_auth", "jwt_private_key_path", fallback=None))
    return judge(
        "signing key",
        "a private key" if private else "the secret that the worker has, too",
        "Whoever owns the worker can forge a token of any user: set [api_auth] jwt_private_key_path for the "
        f"API server and the scheduler. {MORE}",
        good=private,
        otherwise="warning",
    )


def encryption() -> Iterator[Check]:
    """Yield a warning for each address of the API server that is another host's, and without TLS."""
    for section, option in (("edge", "api_url"), ("core", "execution_api_server_url")):
        url = urlsplit(conf.get(section, option, fallback=None) or "")
        if url.scheme == "http" and not is_loopback(url.hostname or ""):
            yield Check(
                "encryption",
                "warning",
                f"[{section}] {option} is at http://{url.hostname}",
                f"Tokens, and the passwords of connections, pass in plain text: use https. {MORE}",
            )


def is_loopback(host: str) -> bool:
    """Tell whether a host is this one, by a name or an address that never leaves it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
