"""What a process may use of its host is what its container and its affinity leave it."""

import os
import subprocess
import sys

import pytest

from include.pipeline.host import available_bytes, usable_vcpus
from include.settings import ROOT

GIGABYTE = 1 << 30
MEMINFO = f"MemTotal: 99999999 kB\nMemFree: 1 kB\nMemAvailable:   {8 * GIGABYTE // 1024} kB\n"
# where a container's limits stand; the folders of its group, of that above, of the root
V2 = "0::/docker/c1\n"
V1 = "9:cpu,cpuacct:/docker/c1\n4:memory:/docker/c1\n3:cpuset:/\n"


def tree(root, cgroup, files):
    """A file system with these control groups."""
    for name, text in {"proc/self/cgroup": cgroup, "proc/meminfo": MEMINFO, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture(autouse=True)
def sixteen_processors(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)


@pytest.mark.parametrize(
    ("cgroup", "files", "vcpus"),
    [
        (V2, {}, 16),
        (V2, {"sys/fs/cgroup/docker/c1/cpu.max": "max 100000\n"}, 16),
        (V2, {"sys/fs/cgroup/docker/c1/cpu.max": "250000 100000\n"}, 2),
        (V2, {"sys/fs/cgroup/docker/c1/cpu.max": "50000 100000\n"}, 1),
        (V2, {"sys/fs/cgroup/docker/cpu.max": "400000 100000\n"}, 4),  # that of the group above
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "300000 100000\n"}, 3),  # as a container sees its own
        (
            V1,
            {"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "1\n"},
            16,
        ),
        (
            V1,
            {
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "200000\n",  # the path of the group is the host's
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            2,
        ),
    ],
)
def test_vcpus_are_what_the_quota_leaves(tmp_path, cgroup, files, vcpus):
    assert usable_vcpus(tree(tmp_path, cgroup, files)) == vcpus


@pytest.mark.parametrize(
    ("cgroup", "files", "gigabytes"),
    [
        (V2, {}, 8),
        (V2, {"sys/fs/cgroup/docker/c1/memory.max": "max\n"}, 8),
        (
            V2,
            {
                "sys/fs/cgroup/docker/c1/memory.max": f"{4 * GIGABYTE}\n",
                "sys/fs/cgroup/docker/c1/memory.current": f"{3 * GIGABYTE}\n",
                "sys/fs/cgroup/docker/c1/memory.stat": f"anon 1\ninactive_file {GIGABYTE}\n",
            },
            2,
        ),
        (
            V1,
            {
                "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{4 * GIGABYTE}\n",
                "sys/fs/cgroup/memory/memory.usage_in_bytes": f"{3 * GIGABYTE}\n",
                "sys/fs/cgroup/memory/memory.stat": f"inactive_file 9\ntotal_inactive_file {GIGABYTE}\n",
            },
            2,
        ),
    ],
)
def test_memory_is_what_the_host_and_the_container_have_left(tmp_path, cgroup, files, gigabytes):
    assert available_bytes(tree(tmp_path, cgroup, files)) == gigabytes * GIGABYTE


def test_a_system_without_proc_does_not_tell_its_memory(tmp_path):
    assert available_bytes(tmp_path) is None
    assert usable_vcpus(tmp_path) == 16


@pytest.mark.skipif(sys.platform != "linux", reason="affinity is Linux's")
def test_a_process_that_is_kept_to_one_processor_has_one():
    code = (
        "import os; from include.pipeline.host import usable_vcpus;"
        " os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); print(usable_vcpus())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
