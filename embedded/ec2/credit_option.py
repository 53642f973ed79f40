"""The credit option of burstable instances (T2, T3, T3a, T4g).

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-how-to.html
"""

from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.responses.instances import InstanceResponse

from embedded.ec2.facets import DescribedInstance

OPTIONS = ("standard", "unlimited")


def is_burstable(instance_type: str) -> bool:
    """Tell whether a type earns and spends CPU credits."""
    return INSTANCE_TYPES.get(instance_type, {}).get("BurstablePerformanceSupported", False)


class BurstableInstance(DescribedInstance):
    """An instance that knows its credit option until it leaves the T family."""

    chosen_option: str | None = None

    def forget(self) -> None:
        """Forget it with the type, unless the new one is of the T family, too."""
        super().forget()
        if not is_burstable(self.instance_type):
            self.chosen_option = None

    @property
    def credit_option(self) -> str:
        """The chosen one, else the family's default; other families have `standard`, whatever the docs say.

        A dedicated host takes `standard` only.

        https://github.com/k1LoW/awspec/pull/404
        """
        standard = self.instance_type.startswith("t2.") or self.placement.tenancy == "host"
        unlimited = is_burstable(self.instance_type) and not standard
        return self.chosen_option or ("unlimited" if unlimited else "standard")


def _describe(self: Any) -> ActionResult:
    """Tell of the unlimited ones only where no ids are asked for, as AWS does."""
    if wanted := self._get_param("InstanceIds", []):
        found = self.ec2_backend.get_multi_instances_by_id(wanted)
    else:
        found = [
            instance for instance in self.ec2_backend.all_instances() if instance.credit_option == "unlimited"
        ]
    told = [{"InstanceId": instance.id, "CpuCredits": instance.credit_option} for instance in found]
    return ActionResult({"InstanceCreditSpecifications": told})


def _modify(self: Any) -> ActionResult:
    """Let each instance succeed or fail by itself, in one answer."""
    done, failed = [], []
    for wanted in self._get_param("InstanceCreditSpecifications", []):
        option, instance_id = wanted.get("CpuCredits"), wanted["InstanceId"]
        if option not in OPTIONS:
            raise EC2ClientError("InvalidParameterValue", f"Invalid value '{option}' for CpuCredits.")
        instance = self.ec2_backend.get_instance_by_id(instance_id)
        if error := next(_objections(instance, instance_id, option), None):
            failed.append({"InstanceId": instance_id, "Error": error})
        else:
            instance.chosen_option = option
            done.append({"InstanceId": instance_id})
    return ActionResult(
        {"SuccessfulInstanceCreditSpecifications": done, "UnsuccessfulInstanceCreditSpecifications": failed}
    )


def _objections(
    instance: BurstableInstance | None, instance_id: str, option: str
) -> Iterator[dict[str, str]]:
    """Yield what AWS has against it.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UnsuccessfulInstanceCreditSpecificationItemError.html
    """
    if instance is None:
        text = f"The instance ID '{instance_id}' does not exist"
        yield {"Code": "InvalidInstanceID.NotFound", "Message": text}
    elif instance.state not in {"pending", "running", "stopping", "stopped"}:
        text = f"The instance '{instance_id}' is not in a state in which its credit option can be changed."
        yield {"Code": "IncorrectInstanceState", "Message": text}
    elif not is_burstable(instance.instance_type):
        text = f"The {instance.instance_type} instance type does not support T2 Unlimited."
        yield {"Code": "InstanceCreditSpecification.NotSupported", "Message": text}
    elif option == "unlimited" and instance.placement.tenancy == "host":
        text = f"The {instance.instance_type} instance type does not support unlimited on a Dedicated Host."
        yield {"Code": "InstanceCreditSpecification.NotSupported", "Message": text}


def install() -> None:
    """Answer the two actions, of which moto has one, with a constant."""
    InstanceResponse.describe_instance_credit_specifications = _describe
    InstanceResponse.modify_instance_credit_specification = _modify  # pyright: ignore[reportAttributeAccessIssue]
