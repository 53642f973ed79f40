"""Whether each type takes the instance as it is, on the way up as well as on the way back.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resize-limitations.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ec2_instance.size import Described
from ec2_resize.preflight.check import Check, judge
from ec2_resize.preflight.route import ResizeRoute

ATTACHMENTS_OF_NITRO = 28
NOT_SAID = "not said"


@dataclass(frozen=True)
class Concern:
    """Something that the instance has and that every type has to take.

    Attributes:
        name: of the line.
        used: what the instance has, in words.
        takes: tells of a type what it takes, in words, and whether that is enough.
        what_to_do: what to do where it is not enough.
    """

    name: str
    used: str
    takes: Callable[[Described], tuple[str, bool]]
    what_to_do: str


def fit(instance: Described, known: dict[str, Described], route: ResizeRoute) -> Iterator[Check]:
    """Check each concern for those types of the route that exist."""
    types = {name: known[name] for name in route.types if name in known}
    if not types:
        return
    for concern in concerns(instance, [known[name] for name in route.required_types if name in known]):
        answers = {name: concern.takes(described) for name, described in types.items()}
        found = f"{concern.used}; {_listed({name: text for name, (text, _) in answers.items()})}"
        unfit = [name for name, (_, enough) in answers.items() if not enough]
        yield route.judge(concern.name, found, unfit, concern.what_to_do)
    if instance["InstanceType"] in known:
        yield _nvme(known[instance["InstanceType"]], types)


def _listed(texts: dict[str, str]) -> str:
    if len(set(texts.values())) == 1:
        return f"all types: {next(iter(texts.values()))}"
    return ", ".join(f"{name}: {text}" for name, text in texts.items())


def concerns(instance: Described, required: list[Described]) -> Iterator[Concern]:
    """Yield what the instance has that not every type takes.

    Args:
        instance: as DescribeInstances words it.
        required: the types that the route cannot do without, as DescribeInstanceTypes words them.
    """
    yield from _platform(instance, required)
    yield _ena(instance)
    yield _network(instance)
    yield _volumes(instance)
    yield _features(instance)


def _platform(instance: Described, required: list[Described]) -> Iterator[Concern]:
    wanted = {instance["Architecture"]} if "Architecture" in instance else _shared_architectures(required)
    what_to_do = "Choose types of the instance's architecture."
    yield _one_of("architecture", wanted, ["ProcessorInfo", "SupportedArchitectures"], what_to_do)
    what_to_do = "Choose types that boot in the mode of the instance's image."
    yield _one_of("boot mode", _boot_modes(instance), ["SupportedBootModes"], what_to_do)
    wanted = {instance["VirtualizationType"]} if "VirtualizationType" in instance else set()
    what_to_do = "Choose types with the virtualization of the instance's image."
    yield _one_of("virtualization", wanted, ["SupportedVirtualizationTypes"], what_to_do)
    yield _one_of("root device", {"ebs"}, ["SupportedRootDeviceTypes"], "Choose types that boot from EBS.")
    what_to_do = "Choose types that are sold on demand."
    yield _one_of("usage class", {"on-demand"}, ["SupportedUsageClasses"], what_to_do)


def _one_of(name: str, wanted: set[str], path: list[str], what_to_do: str) -> Concern:
    """Make a concern: a type has to list one of `wanted` under `path`; where either is empty, it fits."""

    def takes(described: Described) -> tuple[str, bool]:
        listed: Any = described
        for key in path:
            listed = listed.get(key) or {}
        return " ".join(sorted(listed)) or NOT_SAID, not (wanted and listed) or bool(wanted & set(listed))

    return Concern(name, " or ".join(sorted(wanted)) or NOT_SAID, takes, what_to_do)


def _shared_architectures(types: list[Described]) -> set[str]:
    """Return what all types could be, for an instance that does not say what it is."""
    listed = [set(described["ProcessorInfo"]["SupportedArchitectures"]) for described in types]
    return set.intersection(*listed) or {"a shared one"} if listed else set()


def _boot_modes(instance: Described) -> set[str]:
    """Return how the image may boot: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-boot.html."""
    if instance.get("BootMode") == "uefi-preferred":
        return {"legacy-bios", "uefi"}  # the image boots in either mode
    mode = instance.get("CurrentInstanceBootMode") or instance.get("BootMode")
    return {mode} if mode else set()


def _ena(instance: Described) -> Concern:
    used = {True: "ENA enabled", False: "ENA not enabled"}.get(instance.get("EnaSupport", ""), NOT_SAID)

    def takes(described: Described) -> tuple[str, bool]:
        ena = described.get("NetworkInfo", {}).get("EnaSupport", NOT_SAID)
        return ena, not (ena == "required" and instance.get("EnaSupport") is False)

    what_to_do = (
        "Install the ENA driver, and with the instance stopped: "
        f"aws ec2 modify-instance-attribute --instance-id {instance['InstanceId']} --ena-support"
    )
    return Concern("enhanced networking", used, takes, what_to_do)


def _network(instance: Described) -> Concern:
    interfaces = instance.get("NetworkInterfaces", [])
    used = [
        len(interfaces),
        1 + max((each.get("Attachment", {}).get("NetworkCardIndex") or 0 for each in interfaces), default=0),
        max((_count(each, "PrivateIpAddresses", "Ipv4Prefixes") for each in interfaces), default=0),
        max((_count(each, "Ipv6Addresses", "Ipv6Prefixes") for each in interfaces), default=0),
    ]
    keys = (
        "MaximumNetworkInterfaces",
        "MaximumNetworkCards",
        "Ipv4AddressesPerInterface",
        "Ipv6AddressesPerInterface",
    )

    def takes(described: Described) -> tuple[str, bool]:
        limits = [described.get("NetworkInfo", {}).get(key) for key in keys]
        enough = all(limit is None or have <= limit for have, limit in zip(used, limits, strict=True))
        return "/".join("?" if limit is None else str(limit) for limit in limits), enough

    text = f"interfaces/cards/IPv4/IPv6 per interface {'/'.join(map(str, used))}"
    return Concern("network", text, takes, "Detach interfaces or unassign addresses, or choose larger types.")


def _count(interface: Described, *keys: str) -> int:
    """Count the addresses of an interface; a prefix takes the place of one address."""
    return sum(len(interface.get(key) or []) for key in keys)


def _volumes(instance: Described) -> Concern:
    """Count how many are attached, the root volume among them."""
    volumes = sum("Ebs" in mapping for mapping in instance.get("BlockDeviceMappings", []))
    interfaces = len(instance.get("NetworkInterfaces", []))

    def takes(described: Described) -> tuple[str, bool]:
        limit = _volume_limit(described, interfaces)
        return str(limit), volumes <= limit

    used = f"volumes {volumes} beside interfaces {interfaces}"
    return Concern("volumes", used, takes, "Detach volumes, or choose types that take more.")


def _volume_limit(described: Described, interfaces: int) -> int:
    """Return how many volumes a type takes beside so many interfaces.

    Where they share the places, MaximumEbsAttachments is what AWS leaves after one interface and after the
    instance store: 27 of 28 for t3.2xlarge, 26 for m5d.large. Xen counts no interfaces.
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/volume_limits.html
    """
    ebs = described.get("EbsInfo", {})
    limit = ebs.get("MaximumEbsAttachments")
    if limit is None:
        disks = described.get("InstanceStorageInfo", {}).get("Disks", [])
        return ATTACHMENTS_OF_NITRO - interfaces - sum(disk.get("Count", 1) for disk in disks)
    shared = ebs.get("AttachmentLimitType") == "shared" and described.get("Hypervisor") != "xen"
    return limit - max(interfaces - 1, 0) if shared else limit


def _features(instance: Described) -> Concern:
    """Collect what the instance was launched with, and what it therefore needs on every type."""
    interfaces = instance.get("NetworkInterfaces", [])
    used = {
        "EFA": any("efa" in each.get("InterfaceType", "") for each in interfaces),
        "Nitro Enclaves": instance.get("EnclaveOptions", {}).get("Enabled", False),
        "NitroTPM": bool(instance.get("TpmSupport")),
        "EBS optimization": instance.get("EbsOptimized", False),
        "SEV-SNP": (instance.get("CpuOptions") or {}).get("AmdSevSnp") == "enabled",
    }

    def takes(described: Described) -> tuple[str, bool]:
        has = {
            "EFA": described.get("NetworkInfo", {}).get("EfaSupported", False),
            "Nitro Enclaves": described.get("NitroEnclavesSupport") == "supported",
            "NitroTPM": described.get("NitroTpmSupport") == "supported",
            "EBS optimization": described.get("EbsInfo", {}).get("EbsOptimizedSupport") != "unsupported",
            "SEV-SNP": "amd-sev-snp" in (described["ProcessorInfo"].get("SupportedFeatures") or []),
        }
        lacking = [name for name, needed in used.items() if needed and not has[name]]
        return f"no {', '.join(lacking)}" if lacking else "all", not lacking

    text = ", ".join(name for name, needed in used.items() if needed) or "nothing special"
    return Concern("features", text, takes, "Choose types that have what the instance was launched with.")


def _nvme(present: Described, types: dict[str, Described]) -> Check:
    """Check whether a type needs NVMe and the present one has none.

    Disks then get other names and need another driver, and AWS does not know whether the image has it.
    """
    support = {name: _nvme_support(described) for name, described in types.items()}
    now = _nvme_support(present)
    changes = now == "unsupported" and "required" in support.values()
    found = f"{now} on {present['InstanceType']}; {_listed(support)}"
    what_to_do = (
        "Make sure that the instance has NVMe drivers and mounts its volumes by UUID, or it will not boot."
    )
    return judge("NVMe", found, what_to_do, good=not changes, otherwise="warning")


def _nvme_support(described: Described) -> str:
    return described.get("EbsInfo", {}).get("NvmeSupport", NOT_SAID)
