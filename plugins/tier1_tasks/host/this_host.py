"""What the operating system and Python say about the host on which this runs."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass

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
    folders = (str(AIRFLOW_HOME), tempfile.gettempdir())
    return Host(
        name=socket.gethostname(),
        # without limits of containers and units; only Linux has them
        vcpus=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else psutil.cpu_count() or 1,
        memory_mib=psutil.virtual_memory().total // 2**20,  # MemTotal of /proc/meminfo
        free_bytes={folder: shutil.disk_usage(folder).free for folder in folders},
        code=Code.here(),
    )
