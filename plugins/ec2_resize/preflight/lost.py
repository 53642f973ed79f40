"""What a stop or another type takes from an instance, without a word."""

from __future__ import annotations

from collections.abc import Iterator

from ec2_resize.preflight.check import Check, judge
from ec2_resize.preflight.fit import Described
from ec2_resize.preflight.route import Way


def cpu_options(instance: Described, known: dict[str, Described], way: Way) -> Iterator[Check]:
    """Another type begins with the CPU options of its own, and so does the first one when it comes back.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-cpu-options-rules.html
    """
    it, now, has = instance["InstanceId"], instance["InstanceType"], instance.get("CpuOptions") or {}
    cpu = known.get(now, {}).get("VCpuInfo", {})
    default = {"CoreCount": cpu.get("DefaultCores"), "ThreadsPerCore": cpu.get("DefaultThreadsPerCore")}
    chosen = any(default[name] and has.get(name, default[name]) != default[name] for name in default)
    extras = [name for name in ("AmdSevSnp", "NestedVirtualization") if has.get(name) == "enabled"]
    if not chosen and not extras:
        yield Check("CPU options", "ok", f"those of {now}")
        return
    cores, threads = has.get("CoreCount"), has.get("ThreadsPerCore")
    nested = " --nested-virtualization enabled" if "NestedVirtualization" in extras else ""
    back = (
        f"afterwards stop it and: aws ec2 modify-instance-cpu-options --instance-id {it} "
        f"--core-count {cores} --threads-per-core {threads}{nested}"
        if now in way.base_types
        else f"afterwards give {way.base} those that it needs"
    )
    yield Check(
        "CPU options",
        "warning",
        ", ".join([f"{cores} cores, {threads} thread{'s' if threads != 1 else ''} per core", *extras]),
        "Another type resets them, and this run does not put them back: hyperthreading is on again, and what "
        f"a license counts has grown. If that matters, {back}",
    )


def instance_store(instance: Described, known: dict[str, Described]) -> Iterator[Check]:
    """Disks of the host, which a stop empties.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-store-lifetime.html
    """
    has = known.get(instance["InstanceType"], {}).get("InstanceStorageSupported", False)
    what_to_do = "What is on it is lost when the instance stops: copy what shall stay to EBS."
    found = f"that of {instance['InstanceType']}" if has else "none"
    yield judge("instance store", found, what_to_do, good=not has, otherwise="warning")


def network_options(instance: Described, known: dict[str, Described], way: Way) -> Iterator[Check]:
    """What was chosen for the network and not every type has; AWS says nowhere what then becomes of it.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ena-express.html
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configure-bandwidth-weighting.html
    """
    attached = [it.get("Attachment") or {} for it in instance.get("NetworkInterfaces", [])]
    express = any((it.get("EnaSrdSpecification") or {}).get("EnaSrdEnabled") for it in attached)
    weighting = (instance.get("NetworkPerformanceOptions") or {}).get("BandwidthWeighting", "default")
    weighted = weighting != "default"
    types = {it: known[it].get("NetworkInfo", {}) for it in way.types if it in known}
    lacking = [
        it
        for it, has in types.items()
        if (express and not has.get("EnaSrdSupported"))
        or (weighted and weighting not in has.get("BandwidthWeightings", []))
    ]
    used = [
        *(["ENA Express"] if express else []),
        *([f"bandwidth weighting {weighting}"] if weighted else []),
    ]
    yield judge(
        "network options",
        (", ".join(used) or "none") + (f"; not on {', '.join(lacking)}" if lacking else ""),
        "AWS may refuse such a type or drop the option: turn it off before the run, or look afterwards.",
        good=not lacking,
        otherwise="warning",
    )
