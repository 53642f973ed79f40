"""`python -m embedded.containers COMMAND ...`: become it, with this container's settings and secrets."""

import os
import sys

from embedded.containers.environment import airflow


def main() -> None:
    """Replace this process."""
    command = sys.argv[1:]
    os.execvpe(command[0], command, airflow(os.environ))  # noqa: S606 - no shell has to read it


if __name__ == "__main__":
    main()
