"""What DescribeInstances says of every instance, and what a test wants it to say of one."""

from functools import cache
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import get_service_model
from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.models.instances import Instance

AMAZON = "amazon"


class DescribedInstance(Instance):
    """An instance with what moto leaves out."""

    ena_support = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hibernation_options = self.hibernation_options or {"Configured": False}

    @property
    def instance_type(self) -> str:
        """The type, which moto sets as it pleases."""
        return self._instance_type

    @instance_type.setter
    def instance_type(self, wanted: str) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        changes = vars(self).get("_instance_type", wanted) != wanted
        self._instance_type = wanted
        if changes:
            self.forget()

    def forget(self) -> None:
        """Forget what belongs to a type: another one begins with defaults of its own."""

    @property
    def cpu_options(self) -> dict[str, Any]:
        """Those of the type."""
        cpu = INSTANCE_TYPES[self.instance_type]["VCpuInfo"]
        return {"CoreCount": cpu["DefaultCores"], "ThreadsPerCore": cpu["DefaultThreadsPerCore"]}

    @property
    def current_instance_boot_mode(self) -> str:
        """The default of the processor: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-boot.html."""
        return "uefi" if self.architecture == "arm64" else "legacy-bios"


class AddressedInterface(NetworkInterface):
    """A network interface whose public address is either Amazon's, until the next stop, or an Elastic IP.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html
    """

    @property
    def has_elastic_ip(self) -> bool:
        """Whether the account owns its public address."""
        return any(eip.public_ip == self.public_ip for eip in self.ec2_backend.addresses)

    @property
    def association(self) -> dict[str, Any]:
        """The public address; moto says of each that the account owns it."""
        found = super().association
        if found and not self.has_elastic_ip:
            found["ipOwnerId"] = AMAZON
        return found

    def check_auto_public_ip(self) -> None:
        """Get a new address at a start, not in place of an Elastic IP, and none beside a second interface."""
        alone = self.instance is None or len(self.instance.nics) <= 1
        if alone and not self.has_elastic_ip:
            super().check_auto_public_ip()

    def stop(self) -> None:
        """Give the address back at a stop, but for an Elastic IP."""
        if not self.has_elastic_ip:
            super().stop()


def show(instance_id: str, **members: Any) -> None:
    """Let DescribeInstances and DescribeInstanceStatus show these members of an instance; None ends it.

    For what no call can bring about, such as `Events=[...]` or `EnaSupport=False`. moto's answers take an
    attribute with the name of the member before its own, which keep what they have.
    """
    if unknown := members.keys() - _members():
        raise ValueError(f"{', '.join(sorted(unknown))}: neither an Instance nor an InstanceStatus has that")
    backends = ec2_backends[DEFAULT_ACCOUNT_ID].values()
    instance = next((found for each in backends if (found := each.get_instance_by_id(instance_id))), None)
    if instance is None:
        raise ValueError(f"no instance {instance_id}")
    for name, value in members.items():
        if value is None:
            vars(instance).pop(name, None)
        else:
            setattr(instance, name, value)


@cache
def _members() -> set[str]:
    shape_for = get_service_model("ec2").shape_for
    return {name for shape in ("Instance", "InstanceStatus") for name in shape_for(shape).members}
