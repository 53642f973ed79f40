"""Whether the host has the processors and the memory that its type is paid for, and room on its disks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ec2_instance.reading import Instance, describe
from ec2_instance.size import chosen_vcpus, size_of
from ec2_resize.preflight.check import Check, judge
from tier1_tasks.host.this_host import Host

KEPT_BY_THE_KERNEL = 0.03  # of the memory
LEAST_FREE_BYTES = 1_000_000_000


def size(ec2: Any, here: Host, instance: Instance) -> Iterator[Check]:
    """Check that all of the type's processors and memory can be used here."""
    whole = size_of(ec2, instance.type)
    chosen = chosen_vcpus(describe(ec2, instance.instance_id)) or whole.vcpus
    reasons = []
    if chosen < whole.vcpus:
        reasons.append(
            f"Its CPU options leave {chosen}: aws ec2 modify-instance-cpu-options while it is stopped."
        )
    if here.vcpus < chosen:
        reasons.append("A limit of the worker's unit or container (AllowedCPUs, cpuset) takes them: lift it.")
    found = f"{here.vcpus} of the {whole.vcpus} of {instance.type}"
    enough = here.vcpus >= whole.vcpus
    yield judge("vCPUs", found, " ".join(reasons), good=enough, otherwise="warning")

    found = f"{here.memory_mib / 1024:.1f} of the {whole.memory_mib / 1024:g} GiB of {instance.type}"
    what_to_do = "Look for mem= in /proc/cmdline, or a limit of the container, and lift it."
    enough = here.memory_mib >= whole.memory_mib * (1 - KEPT_BY_THE_KERNEL)
    yield judge("memory", found, what_to_do, good=enough, otherwise="warning")


def free_disk(here: Host) -> Check:
    """Check that there is room where Airflow writes its logs, and for what is temporary."""
    found = ", ".join(f"{free / 1e9:.1f} GB in {folder}" for folder, free in here.free_bytes.items())
    what_to_do = "Make room: a stage that cannot write its log fails."
    enough = min(here.free_bytes.values()) >= LEAST_FREE_BYTES
    return judge("free disk", found, what_to_do, good=enough, otherwise="warning")
