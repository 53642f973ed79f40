"""What a stop or another type takes from an instance without a message from AWS."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from ec2_instance.size import Described
from ec2_resize.preflight.check import Check, judge
from ec2_resize.preflight.permissions import DryRun
from ec2_resize.preflight.route import ResizeRoute


def cpu_options(instance: Described, known: dict[str, Described], route: ResizeRoute) -> Iterator[Check]:
    """Check that none are set: a change of the type resets them, on the way up and on the way back.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-cpu-options-rules.html
    """
    present, options = instance["InstanceType"], instance.get("CpuOptions") or {}
    cpu = known.get(present, {}).get("VCpuInfo", {})
    default = {"CoreCount": cpu.get("DefaultCores"), "ThreadsPerCore": cpu.get("DefaultThreadsPerCore")}
    chosen = any(default[key] and options.get(key, default[key]) != default[key] for key in default)
    extras = [key for key in ("AmdSevSnp", "NestedVirtualization") if options.get(key) == "enabled"]
    if not chosen and not extras:
        yield Check("CPU options", "ok", f"those of {present}")
        return
    cores, threads = options.get("CoreCount"), options.get("ThreadsPerCore")
    nested = " --nested-virtualization enabled" if "NestedVirtualization" in extras else ""
    repair = (
        f"stop the instance after the run and: aws ec2 modify-instance-cpu-options "
        f"--instance-id {instance['InstanceId']} --core-count {cores} --threads-per-core {threads}{nested}"
        if present in route.base_types
        else f"set those that {route.base_type} needs after the run."
    )
    yield Check(
        "CPU options",
        "warning",
        ", ".join([f"{cores} cores, {threads} thread{'s' if threads != 1 else ''} per core", *extras]),
        "Another type resets them, and the run does not set them again: hyperthreading is on, and a license "
        f"counts more cores. If that matters, {repair}",
    )


def instance_store(instance: Described, known: dict[str, Described]) -> Iterator[Check]:
    """Check that the present type has no disks of the host, which a stop empties.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-store-lifetime.html
    """
    has = known.get(instance["InstanceType"], {}).get("InstanceStorageSupported", False)
    what_to_do = "A stop deletes what is on it: copy what has to stay to EBS."
    found = f"that of {instance['InstanceType']}" if has else "none"
    yield judge("instance store", found, what_to_do, good=not has, otherwise="warning")


def network_options(instance: Described, known: dict[str, Described], route: ResizeRoute) -> Iterator[Check]:
    """Check that all types have what was chosen for the network; AWS does not document what happens else.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ena-express.html
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configure-bandwidth-weighting.html
    """
    attachments = [each.get("Attachment") or {} for each in instance.get("NetworkInterfaces", [])]
    express = any((each.get("EnaSrdSpecification") or {}).get("EnaSrdEnabled") for each in attachments)
    weighting = (instance.get("NetworkPerformanceOptions") or {}).get("BandwidthWeighting", "default")
    weighted = weighting != "default"
    networks = {name: known[name].get("NetworkInfo", {}) for name in route.types if name in known}
    lacking = [
        name
        for name, network in networks.items()
        if (express and not network.get("EnaSrdSupported"))
        or (weighted and weighting not in network.get("BandwidthWeightings", []))
    ]
    used = [
        *(["ENA Express"] if express else []),
        *([f"bandwidth weighting {weighting}"] if weighted else []),
    ]
    yield judge(
        "network options",
        (", ".join(used) or "none") + (f"; not on {', '.join(lacking)}" if lacking else ""),
        "AWS may refuse such a type or drop the option: turn the option off before the run, or set it again "
        "after the run.",
        good=not lacking,
        otherwise="warning",
    )


def credit_option(ec2: Any, instance: Described, known: dict[str, Described]) -> Iterator[Check]:
    """Tell the T family's `standard` or `unlimited`, and check that it may be put back.

    AWS forgets it when the type changes.
    """
    instance_id = instance["InstanceId"]
    if not known.get(instance["InstanceType"], {}).get("BurstablePerformanceSupported"):
        return
    answer = ec2.describe_instance_credit_specifications(InstanceIds=[instance_id])
    option = answer["InstanceCreditSpecifications"][0]["CpuCredits"]
    yield Check("credit option", "ok", f"{option}; is put back after the way back")
    same = [{"InstanceId": instance_id, "CpuCredits": option}]
    call = partial(ec2.modify_instance_credit_specification, InstanceCreditSpecifications=same, DryRun=True)
    yield DryRun("ModifyInstanceCreditSpecification", call, refusal="warning").check()
