"""Files that commands write: whole, or not at all."""

import os
from collections.abc import Callable
from pathlib import Path

from cli.console import fail


def require_writable(target: Path) -> None:
    """End the process, before anything is worked out, where the file could not be written."""
    if not target.parent.is_dir() or target.is_dir():
        fail(f"{target}: name a file in a folder that exists")
    if not os.access(target.parent, os.W_OK):
        fail(f"{target}: its folder may not be written to: name another, or change its rights")


def write_whole(target: Path, write: Callable[[Path], object]) -> None:
    """Write a file as a whole; end the process with a sentence where it cannot be written."""
    from include.pipeline import whole_file

    try:
        whole_file.write_whole(target, write)
    except OSError as error:
        fail(f"{target}: it could not be written: {error.strerror or error}. What was there is as it was")
