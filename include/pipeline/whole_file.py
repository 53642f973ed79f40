"""A file that is there as a whole or not at all."""

import os
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

_PART = ".part"


def write_whole(target: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside the target, and rename it to the target when it is complete and on disk."""
    beside = target.with_name(f".{target.name}.{uuid4().hex[:8]}{_PART}")
    try:
        write(beside)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def remove_parts(folder: Path, names: str) -> None:
    """Remove what was begun in the folder and never finished, of targets whose names match the pattern."""
    for part in folder.glob(f".{names}.*{_PART}"):
        part.unlink(missing_ok=True)
