"""Whether the credentials live as long as they are needed: without them there is no way back."""

from __future__ import annotations

import os
from collections.abc import Iterator

from airflow.providers.amazon.aws.hooks.base_aws import SessionFactory
from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook
from botocore.credentials import Credentials, EnvProvider, RefreshableCredentials
from botocore.session import Session

from ec2_resize.preflight.check import Check, judge

OF_A_LOGIN = {"login", "sso"}  # renewed only for as long as a person is logged in
RENEW = "Use a role, or keys that do not expire, for the connection"


def lifetime(hook: EC2Hook, longest_hours: float) -> Iterator[Check]:
    """When they end. A token lives for 36 hours at most, and nothing renews one that is written down."""
    found = _first(hook)
    if found is None:
        yield Check("credentials", "ok", "given anew by the connection's identity provider")
    elif found.method == EnvProvider.METHOD and isinstance(found, RefreshableCredentials):
        # botocore reads the environment again, in which nobody changes anything
        ends = f"expire at {os.environ.get('AWS_CREDENTIAL_EXPIRATION')}"
        good = not found.refresh_needed(longest_hours * 3600)
        what_to_do = f"They have to live for {longest_hours:g} h, or the way back fails. {RENEW}."
        yield judge("credentials", f"{found.method}: {ends}", what_to_do, good=good)
    elif isinstance(found, RefreshableCredentials):
        good = found.method not in OF_A_LOGIN
        what_to_do = f"They end with a person's login, and then the way back fails. {RENEW}."
        yield judge("credentials", f"{found.method}: renewed", what_to_do, good=good, otherwise="warning")
    else:
        ends = f"expire at an unknown time, and may be needed for {longest_hours:g} h"
        text = f"{found.method}: {ends if found.token else 'do not expire'}"
        what_to_do = f"They have a session token, which nothing renews: then the way back fails. {RENEW}."
        yield judge("credentials", text, what_to_do, good=not found.token, otherwise="warning")


def _first(hook: EC2Hook) -> Credentials | None:
    """Those that all others are asked for with: a role is assumed again and again with what is behind it."""
    factory = SessionFactory(conn=hook.conn_config, region_name=hook.region_name, config=hook.config)
    if factory.role_arn and factory.conn.assume_role_method != "assume_role":
        return None
    session = factory.basic_session
    found = session.get_credentials()
    return _behind(session.profile_name) or found if found and found.method == "assume-role" else found


def _behind(profile: str) -> Credentials | None:
    """What the shared files say that a profile's role is assumed with; botocore itself does not tell."""
    profiles = Session(profile=profile).full_config["profiles"]
    seen = [profile]
    while (source := profiles[seen[-1]].get("source_profile")) and source not in seen:
        seen.append(source)
    last = profiles[seen[-1]]
    if last.get("credential_source") == "Environment":
        return EnvProvider().load()
    if "aws_access_key_id" in last:
        keys = (last["aws_access_key_id"], last["aws_secret_access_key"], last.get("aws_session_token"))
        return Credentials(*keys, method=f"profile {seen[-1]}")
    return None
