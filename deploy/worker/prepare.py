"""Find out, as root and before each start, what the worker is called, and the secret with which it reports.

Both go into a file that systemd reads and nobody else may: `prepare.py FILE`.
"""

import os
import sys
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

sys.path.append(str(Path(__file__).parents[2] / "plugins"))

from ec2_instance.metadata import NotOnEc2Error, identity

SETTINGS = "/etc/tier1/worker.env"
NEEDED = ("AIRFLOW__EDGE__API_URL", "AIRFLOW__CORE__EXECUTOR", "TIER1_STAGE_QUEUE")
SECRET = "AIRFLOW__API_AUTH__JWT_SECRET"  # noqa: S105 - its name
BRIEF = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 2})


class NotReadyError(Exception):
    """The worker cannot start yet."""


def main() -> None:
    """Write the file, or say why the worker cannot start."""
    try:
        write(Path(sys.argv[1]), found())
    except (NotReadyError, NotOnEc2Error) as error:
        sys.exit(f"The worker cannot start: {error}")


def found() -> dict[str, str]:
    """Return the variables that the unit does not know by itself.

    Raises:
        NotReadyError: a setting or the secret is missing.
    """
    if missing := [name for name in NEEDED if not os.environ.get(name)]:
        # an empty queue would mean every queue
        raise NotReadyError(f"{', '.join(missing)} not set. Set it in {SETTINGS}.")
    here = identity()
    variables = {"INSTANCE_ID": here.instance_id}
    if parameter := os.environ.get("SECRET_PARAMETER"):
        variables[SECRET] = secret_of(parameter, here.region)
    elif not os.environ.get(SECRET):
        raise NotReadyError(
            f"it has no secret. Name an SSM parameter, SECRET_PARAMETER in {SETTINGS}, or write {SECRET}=... "
            "into /etc/tier1/secret.env."
        )
    return variables


def secret_of(parameter: str, region: str) -> str:
    """Return the secret that an SSM parameter has.

    Raises:
        NotReadyError: it cannot be read, or is none that a file of variables can hold.
    """
    try:
        ssm = boto3.client("ssm", region_name=region, config=BRIEF)
        value = ssm.get_parameter(Name=parameter, WithDecryption=True)["Parameter"]["Value"].strip()
    except (BotoCoreError, ClientError) as error:
        raise NotReadyError(
            f"cannot read the SSM parameter {parameter} in {region}: {error}. The instance's role needs "
            "ssm:GetParameter on it, and kms:Decrypt on a key of your own."
        ) from error
    if not value or not value.isprintable() or "'" in value:
        raise NotReadyError(
            f"the SSM parameter {parameter} is empty, or has a quote or a line break in it. Make a secret "
            "with openssl rand -hex 64, here and on the control plane."
        )
    return value


def write(file: Path, variables: dict[str, str]) -> None:
    """Write variables as systemd reads them, for root only."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.writelines(f"{name}='{value}'\n" for name, value in variables.items())


if __name__ == "__main__":
    main()
