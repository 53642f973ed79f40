"""What the operating system and Python say about the host on which this runs."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
from airflow.configuration import AIRFLOW_HOME

from include.code import Code


@dataclass(frozen=True)
class Host:
    """A host.

    Attributes:
        name: its name.
        vcpus: the processors that this process may use.
        memory_mib: the memory that the system has.
        free_bytes: what is left on the disks, by the folder that needs it.
        code: the project's files and the versions of packages.
    """

    name: str
    vcpus: int
    memory_mib: int
    free_bytes: Mapping[str, int]
    code: Code


def this_host() -> Host:
    """Look at the host on which this runs."""
    folders = (AIRFLOW_HOME, tempfile.gettempdir())
    return Host(
        name=socket.gethostname(),
        # without limits of containers and units; only Linux has them
        vcpus=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else psutil.cpu_count() or 1,
        memory_mib=psutil.virtual_memory().total // 2**20,  # MemTotal of /proc/meminfo
        free_bytes={str(folder): free_bytes(Path(folder)) for folder in folders},
        code=Code.here(),
    )


def free_bytes(folder: Path) -> int:
    """Return what is left on the disk on which a folder is, or would be made."""
    there = next(it for it in (folder, *folder.parents) if it.exists())
    return shutil.disk_usage(there).free
