"""Be the simulated EC2, with the instance that the settings name."""

import os
import sys

from embedded.containers.environment import project


def main() -> None:
    """Become the simulator; only the network of the containers reaches it."""
    instance_id = project(os.environ)["TIER1_INSTANCE_ID"]
    command = [sys.executable, "-m", "embedded.ec2", "--host", "0.0.0.0", "--port", "5000"]  # noqa: S104
    os.execv(sys.executable, [*command, "--instance-id", instance_id])  # noqa: S606 - no shell reads it


if __name__ == "__main__":
    main()
