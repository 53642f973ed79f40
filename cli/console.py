"""What a command writes to the terminal."""

import sys
from typing import NoReturn

from rich.console import Console

console = Console()


def fail(message: str) -> NoReturn:
    """Write the message to stderr and end the process with exit code 2."""
    Console(stderr=True).print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(2)
