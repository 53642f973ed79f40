"""What this process may use of its host: processors and memory, within the limits of its container."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

ROOT = Path("/")
KIBIBYTE = 1024


def usable_vcpus(root: Path = ROOT) -> int:
    """Return how many vCPUs this process may run on, and within the processor time it is granted; at least 1.

    Args:
        root: where `proc` and `sys` are.
    """
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(min([mine, *_quotas(root)])))


def available_bytes(root: Path = ROOT) -> int | None:
    """Return the memory that this process can still get without swapping; None where the system has no /proc.

    Args:
        root: where `proc` and `sys` are.
    """
    with suppress(OSError):
        found = re.search(r"^MemAvailable:\s+(\d+) kB$", (root / "proc/meminfo").read_text(), re.MULTILINE)
        if found:
            return max(0, min([int(found[1]) * KIBIBYTE, *_left_in_groups(root)]))
    return None


def _quotas(root: Path) -> Iterator[float]:
    """Yield the processors' worth of time that each control group above this process is granted."""
    for group in _groups(root, "cpu"):
        with suppress(OSError, ValueError):  # not there, or the word max
            quota, period = map(int, (group / "cpu.max").read_text().split())
            yield quota / period
        with suppress(OSError, ValueError):  # version 1; -1 means none
            quota, period = (int((group / f"cpu.cfs_{name}_us").read_text()) for name in ("quota", "period"))
            if quota > 0:
                yield quota / period


def _left_in_groups(root: Path) -> Iterator[int]:
    """Yield what each control group above this process still lets it have; files in the cache can go."""
    for group in _groups(root, "memory"):
        for limit, usage, cached in (
            ("memory.max", "memory.current", "inactive_file"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),  # version 1
        ):
            with suppress(OSError, ValueError):
                most, used = (int((group / name).read_text()) for name in (limit, usage))
                found = re.search(rf"^{cached} (\d+)$", (group / "memory.stat").read_text(), re.MULTILINE)
                yield most - used + (int(found[1]) if found else 0)


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """Yield this process's control group and those above it, of either version, for cgroups(7)."""
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers and controller not in controllers.split(","):
                continue
            mount = root / "sys/fs/cgroup" / (controller if controllers else "")
            inside = PurePosixPath(path)
            # a container may see its own group as the root while its path is the host's
            yield from (mount / str(folder).lstrip("/") for folder in (inside, *inside.parents))
