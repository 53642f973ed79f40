"""Whether the credentials last as long as they are needed: without them there is no way back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

from airflow.providers.amazon.aws.hooks.base_aws import SessionFactory
from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook
from botocore.credentials import Credentials, EnvProvider, RefreshableCredentials
from botocore.session import Session

from ec2_resize.preflight.check import Check, judge

LOGIN_METHODS = {"login", "sso"}  # renewed only for as long as a person is logged in
ADVICE = "Use a role, or keys that do not expire, for the connection."


def lifetime(hook: EC2Hook, longest: timedelta) -> Iterator[Check]:
    """Check when they end: a token lives for 36 hours at most, and nothing renews one that is written down.

    Args:
        hook: the connection.
        longest: for how long they may be needed.
    """
    found = _source(hook)
    needed = f"{longest / timedelta(hours=1):g} h"
    if found is None:
        yield Check("credentials", "ok", "renewed by the connection's identity provider")
    elif found.method == EnvProvider.METHOD and isinstance(found, RefreshableCredentials):
        # botocore reads the environment again, which does not change while Airflow runs
        text = f"{found.method}: expire at {os.environ.get('AWS_CREDENTIAL_EXPIRATION')}"
        good = not found.refresh_needed(int(longest.total_seconds()))
        what_to_do = f"They have to last for {needed}, or the way back fails. {ADVICE}"
        yield judge("credentials", text, what_to_do, good=good)
    elif isinstance(found, RefreshableCredentials):
        good = found.method not in LOGIN_METHODS
        what_to_do = f"They end with a person's login, and then the way back fails. {ADVICE}"
        yield judge("credentials", f"{found.method}: renewed", what_to_do, good=good, otherwise="warning")
    else:
        ends = (
            f"expire at an unknown time, and may be needed for {needed}" if found.token else "do not expire"
        )
        what_to_do = f"Nothing renews their session token, and when it ends, the way back fails. {ADVICE}"
        text = f"{found.method}: {ends}"
        yield judge("credentials", text, what_to_do, good=not found.token, otherwise="warning")


def _source(hook: EC2Hook) -> Credentials | None:
    """Return the credentials with which a role, if there is one, is assumed again and again.

    None where an identity provider gives them, which renews them.
    """
    factory = SessionFactory(conn=hook.conn_config, region_name=hook.region_name, config=hook.config)
    if factory.role_arn and factory.conn.assume_role_method != "assume_role":
        return None
    session = factory.basic_session
    found = session.get_credentials()
    return (
        _source_of_profile(session.profile_name) or found
        if found and found.method == "assume-role"
        else found
    )


def _source_of_profile(profile: str) -> Credentials | None:
    """Return what a profile's role is assumed with, from the shared files: botocore does not tell."""
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
