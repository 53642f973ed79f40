"""Does each type take the instance as it is?"""

from copy import deepcopy
from typing import Any

import pytest

from ec2_resize.preflight import fit
from ec2_resize.preflight.route import ResizeRoute
from tests.ec2.preflight.outcome import checks, private_instance, subnet, troubles
from tests.ec2.simulator import BASE, WORK, Simulator

EQUIVALENT = "t3a.2xlarge"


def test_a_type_that_does_not_exist(aws: Simulator, instance_id: str) -> None:
    found = checks(aws, instance_id, work=[WORK, "c7i.9xlarge"])
    assert troubles(found) == {"instance types": "failed", "zone": "failed"}
    assert found["instance types"].found == "no c7i.9xlarge"


def test_an_equivalent_that_does_not_exist_is_a_warning(aws: Simulator, instance_id: str) -> None:
    found = checks(aws, instance_id, [BASE, "t9.2xlarge"])
    assert troubles(found) == {"instance types": "warning", "zone": "warning"}
    assert found["instance types"].what_to_do == f"t9.2xlarge cannot serve as equivalent of {BASE}."


def test_types_of_another_architecture(aws: Simulator, instance_id: str) -> None:
    found = checks(aws, instance_id, work=["c7g.8xlarge"])
    assert troubles(found) == {"architecture": "failed", "boot mode": "failed"}
    assert found["architecture"].found == f"x86_64; {BASE}: x86_64, c7g.8xlarge: arm64"


def test_an_equivalent_of_another_architecture_is_a_warning(aws: Simulator, instance_id: str) -> None:
    found = checks(aws, instance_id, [BASE, "t4g.2xlarge"])
    assert troubles(found) == {"architecture": "warning", "boot mode": "warning"}
    assert found["architecture"].what_to_do == f"t4g.2xlarge cannot serve as equivalent of {BASE}."


@pytest.mark.parametrize("work", [["p3dn.24xlarge"], [WORK, "p3dn.24xlarge"]])
def test_a_type_that_the_zone_does_not_have(aws: Simulator, instance_id: str, work: list[str]) -> None:
    assert troubles(checks(aws, instance_id, work=work))["zone"] == "failed"


def test_an_equivalent_that_the_zone_does_not_have_is_a_warning(aws: Simulator, instance_id: str) -> None:
    assert troubles(checks(aws, instance_id, [BASE, "p3dn.24xlarge"])) == {"zone": "warning"}


def add_interfaces(aws: Simulator, instance_id: str, count: int) -> list[str]:
    where = subnet(aws)
    made = [aws.ec2.create_network_interface(SubnetId=where) for _ in range(count)]
    names = [answer["NetworkInterface"]["NetworkInterfaceId"] for answer in made]
    for index, name in enumerate(names, 1):
        aws.ec2.attach_network_interface(NetworkInterfaceId=name, InstanceId=instance_id, DeviceIndex=index)
    return names


def test_more_interfaces_than_the_base_type_takes(aws: Simulator) -> None:
    instance_id = private_instance(aws, instance_type=WORK)
    add_interfaces(aws, instance_id, 4)
    found = checks(aws, instance_id)
    assert troubles(found) == {"network": "failed"}
    assert found["network"].found == (
        f"interfaces/cards/IPv4/IPv6 per interface 5/1/1/0; {BASE}: 4/1/15/15, {WORK}: 8/1/30/30"
    )


def test_more_interfaces_than_an_equivalent_takes_is_a_warning(aws: Simulator, instance_id: str) -> None:
    add_interfaces(aws, instance_id, 3)
    assert troubles(checks(aws, instance_id)) == {}
    assert troubles(checks(aws, instance_id, [BASE, "t3.large"])) == {"network": "warning"}


def test_more_addresses_than_the_base_type_takes(aws: Simulator) -> None:
    instance_id = private_instance(aws, instance_type=WORK)
    [name] = add_interfaces(aws, instance_id, 1)
    aws.ec2.assign_private_ip_addresses(NetworkInterfaceId=name, SecondaryPrivateIpAddressCount=15)
    assert troubles(checks(aws, instance_id)) == {"network": "failed"}


def add_volumes(aws: Simulator, instance_id: str, count: int) -> None:
    for index in range(count):
        volume = aws.ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
        aws.ec2.attach_volume(VolumeId=volume, InstanceId=instance_id, Device=f"/dev/sd{index}")


def test_volumes_and_interfaces_share_the_places_of_the_base_type(aws: Simulator) -> None:
    instance_id = private_instance(aws, instance_type=WORK)
    add_volumes(aws, instance_id, 26)  # and the root volume: 27 and one interface are what 28 places take
    assert troubles(checks(aws, instance_id)) == {}
    add_interfaces(aws, instance_id, 1)
    found = checks(aws, instance_id)
    assert troubles(found) == {"volumes": "failed"}
    assert found["volumes"].found == f"volumes 27 beside interfaces 2; {BASE}: 26, {WORK}: 32"


def test_a_type_that_needs_the_driver_of_enhanced_networking(aws: Simulator, instance_id: str) -> None:
    aws.show(instance_id, EnaSupport=False)
    assert troubles(checks(aws, instance_id)) == {"enhanced networking": "failed"}


def test_an_instance_that_boots_in_another_mode(aws: Simulator, instance_id: str) -> None:
    aws.show(instance_id, BootMode="uefi", CurrentInstanceBootMode="uefi")
    assert troubles(checks(aws, instance_id, work=["c4.8xlarge"])) == {"boot mode": "failed"}


def test_the_way_from_xen_to_nitro_needs_drivers_that_only_the_image_knows(aws: Simulator) -> None:
    found = checks(aws, private_instance(aws, instance_type="m4.2xlarge"), ["m4.2xlarge"])
    assert troubles(found) == {"NVMe": "warning"}


# What the simulator's instances do not have, in AWS's form.
INSTANCE: dict[str, Any] = {
    "InstanceId": "i-08a8fa9a42491827c",
    "InstanceType": BASE,
    "Architecture": "x86_64",
    "CurrentInstanceBootMode": "legacy-bios",
    "BootMode": "uefi-preferred",
    "VirtualizationType": "hvm",
    "EnaSupport": True,
    "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeId": "vol-1"}}],
    "NetworkInterfaces": [
        {
            "Attachment": {"DeviceIndex": 0, "NetworkCardIndex": 0},
            "InterfaceType": "interface",
            "PrivateIpAddresses": [{"PrivateIpAddress": "172.31.0.5"}],
            "Ipv6Addresses": [],
        }
    ],
}
TYPE: dict[str, Any] = {
    "InstanceType": BASE,
    "Hypervisor": "nitro",
    "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]},
    "SupportedBootModes": ["legacy-bios", "uefi"],
    "SupportedVirtualizationTypes": ["hvm"],
    "SupportedRootDeviceTypes": ["ebs"],
    "SupportedUsageClasses": ["on-demand", "spot"],
    "NetworkInfo": {
        "EnaSupport": "required",
        "EfaSupported": False,
        "MaximumNetworkInterfaces": 4,
        "MaximumNetworkCards": 1,
        "Ipv4AddressesPerInterface": 15,
        "Ipv6AddressesPerInterface": 15,
    },
    "EbsInfo": {"NvmeSupport": "required", "MaximumEbsAttachments": 27, "AttachmentLimitType": "shared"},
    "NitroEnclavesSupport": "unsupported",
    "NitroTpmSupport": "unsupported",
}


def with_values(described: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """A copy with other values; `A.B` is B of A, or of the first A of a list."""
    changed = deepcopy(described)
    for path, value in values.items():
        *parents, last = path.split(".")
        place: Any = changed
        for key in parents:
            place = place[key][0] if isinstance(place[key], list) else place[key]
        place[last] = value
    return changed


def fitting(of_instance: dict[str, Any], of_base: dict[str, Any], of_work: dict[str, Any]) -> dict[str, str]:
    """Which lines are not all right."""
    known = {
        BASE: with_values(TYPE, of_base),
        WORK: with_values({**TYPE, "InstanceType": WORK}, of_work),
        EQUIVALENT: {**TYPE, "InstanceType": EQUIVALENT},
    }
    found = fit.fit(with_values(INSTANCE, of_instance), known, ResizeRoute([BASE, EQUIVALENT], [WORK]))
    return {check.name: check.result for check in found if check.result != "ok"}


MISFITS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "mode of the image": (
        "boot mode",
        {"BootMode": "uefi", "CurrentInstanceBootMode": "uefi"},
        {"SupportedBootModes": ["legacy-bios"]},
    ),
    "mode in which it runs": ("boot mode", {"BootMode": None}, {"SupportedBootModes": ["uefi"]}),
    "paravirtual": (
        "virtualization",
        {"VirtualizationType": "paravirtual"},
        {"SupportedVirtualizationTypes": ["hvm"]},
    ),
    "instance store": ("root device", {}, {"SupportedRootDeviceTypes": ["instance-store"]}),
    "reserved": ("usage class", {}, {"SupportedUsageClasses": ["capacity-block"]}),
    "no ENA driver": ("enhanced networking", {"EnaSupport": False}, {"NetworkInfo.EnaSupport": "required"}),
    "second card": (
        "network",
        {"NetworkInterfaces.Attachment.NetworkCardIndex": 1},
        {"NetworkInfo.MaximumNetworkCards": 1},
    ),
    "prefixes": (
        "network",
        {"NetworkInterfaces.Ipv4Prefixes": [{"Ipv4Prefix": "172.31.1.0/28"}]},
        {"NetworkInfo.Ipv4AddressesPerInterface": 1},
    ),
    "IPv6": (
        "network",
        {"NetworkInterfaces.Ipv6Addresses": [{"Ipv6Address": "2600::1"}]},
        {"NetworkInfo.Ipv6AddressesPerInterface": 0},
    ),
    "EFA": (
        "features",
        {"NetworkInterfaces.InterfaceType": "efa"},
        {"NetworkInfo.EfaSupported": False},
    ),
    "enclaves": (
        "features",
        {"EnclaveOptions": {"Enabled": True}},
        {"NitroEnclavesSupport": "unsupported"},
    ),
    "TPM": ("features", {"TpmSupport": "v2.0"}, {"NitroTpmSupport": "unsupported"}),
    "EBS optimization": ("features", {"EbsOptimized": True}, {"EbsInfo.EbsOptimizedSupport": "unsupported"}),
    "SEV-SNP": (
        "features",
        {"CpuOptions": {"CoreCount": 4, "ThreadsPerCore": 2, "AmdSevSnp": "enabled"}},
        {"ProcessorInfo.SupportedFeatures": ["nested-virtualization"]},
    ),
}
TAKES_ALL: dict[str, Any] = {
    "SupportedBootModes": ["legacy-bios", "uefi"],
    "SupportedVirtualizationTypes": ["hvm", "paravirtual"],
    "NetworkInfo.EnaSupport": "supported",
    "NetworkInfo.EfaSupported": True,
    "NetworkInfo.MaximumNetworkCards": 2,
    "NitroEnclavesSupport": "supported",
    "NitroTpmSupport": "supported",
    "EbsInfo.EbsOptimizedSupport": "default",
    "ProcessorInfo.SupportedFeatures": ["amd-sev-snp"],
}


def test_an_instance_that_all_types_take() -> None:
    assert fitting({}, {}, {}) == {}


@pytest.mark.parametrize("misfit", MISFITS)
def test_what_only_the_way_back_does_not_take_is_a_failure(misfit: str) -> None:
    name, has, limits = MISFITS[misfit]
    assert fitting(has, limits, TAKES_ALL)[name] == "failed"


@pytest.mark.parametrize("misfit", MISFITS)
def test_what_only_the_way_up_does_not_take_is_a_failure(misfit: str) -> None:
    name, has, limits = MISFITS[misfit]
    assert fitting(has, TAKES_ALL, limits)[name] == "failed"


def test_an_image_that_prefers_uefi_boots_in_either_mode() -> None:
    boots = {"BootMode": "uefi-preferred", "CurrentInstanceBootMode": "uefi"}
    assert fitting(boots, {}, {"SupportedBootModes": ["legacy-bios"]}) == {}


def test_what_an_endpoint_does_not_say_excludes_no_type() -> None:
    silent = {
        key: {} if isinstance(value, dict) else None for key, value in TYPE.items() if key != "InstanceType"
    }
    silent["ProcessorInfo"] = TYPE["ProcessorInfo"]
    assert fitting({}, {}, silent) == {}


@pytest.mark.parametrize(
    ("values", "interfaces", "limit"),
    [
        ({"EbsInfo": {}}, 2, 26),
        ({"EbsInfo": {}, "InstanceStorageInfo": {"Disks": [{"Count": 4}]}}, 1, 23),
        ({"EbsInfo.MaximumEbsAttachments": 23}, 1, 23),  # AWS has subtracted one interface and all disks
        ({"EbsInfo.MaximumEbsAttachments": 23}, 3, 21),
        ({"EbsInfo.MaximumEbsAttachments": 32, "EbsInfo.AttachmentLimitType": "dedicated"}, 8, 32),
        ({"EbsInfo.MaximumEbsAttachments": 40, "Hypervisor": "xen"}, 4, 40),
    ],
)
def test_how_many_volumes_a_type_takes(values: dict[str, Any], interfaces: int, limit: int) -> None:
    assert fit._volume_limit(with_values(TYPE, values), interfaces) == limit


def test_an_instance_that_does_not_say_its_architecture_needs_types_that_share_one() -> None:
    instance = {key: value for key, value in INSTANCE.items() if key != "Architecture"}
    arm = with_values({**TYPE, "InstanceType": WORK}, {"ProcessorInfo.SupportedArchitectures": ["arm64"]})
    both = {BASE: TYPE, WORK: arm, EQUIVALENT: TYPE}
    found = {line.name: line.result for line in fit.fit(instance, both, ResizeRoute([BASE], [WORK]))}
    assert found["architecture"] == "failed"
    found = {line.name: line.result for line in fit.fit(instance, both, ResizeRoute([BASE], [EQUIVALENT]))}
    assert found["architecture"] == "ok"
