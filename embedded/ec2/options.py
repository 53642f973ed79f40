"""What an instance is told beside its type, and moto drops: CPU options, a capacity reservation, a placement.

* CPU options, which end with the type: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-cpu-options-rules.html
* reservations: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-reservations-using.html
* groups: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-groups.html
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.responses.instances import InstanceResponse

from embedded.ec2.credit_option import BurstableInstance


class ConfiguredInstance(BurstableInstance):
    """An instance that remembers them.

    Attributes:
        reserved_type: the type of the reservation that it has to run in. The simulator has no reservations:
            it takes what the instance is at the time for what has been reserved for it.
    """

    chosen_cpu_options: dict[str, Any] | None = None
    capacity_reservation_specification: ClassVar[dict[str, Any]] = {"CapacityReservationPreference": "open"}
    reserved_type: str | None = None

    def forget(self) -> None:
        """Forget the CPU options: they are those of a type."""
        super().forget()
        self.chosen_cpu_options = None

    @property
    def cpu_options(self) -> dict[str, Any]:
        """The chosen ones, else those of the type."""
        return self.chosen_cpu_options or super().cpu_options

    def reserve(self, wanted: dict[str, Any]) -> None:
        """Say in which capacity it may run."""
        self.capacity_reservation_specification = wanted  # pyright: ignore[reportAttributeAccessIssue]
        free = wanted.get("CapacityReservationPreference") in {"open", "none"}
        self.reserved_type = None if free else self.instance_type

    def place(self, wanted: dict[str, Any]) -> None:
        """Say where it may run."""
        self.placement.group_name = wanted.get("GroupName", self.placement.group_name)
        self.placement.tenancy = wanted.get("Tenancy", self.placement.tenancy)

    def choose_cpu_options(self, wanted: dict[str, Any]) -> None:
        """Run on fewer cores or threads than the type has."""
        cpu = INSTANCE_TYPES[self.instance_type]["VCpuInfo"]
        valid = zip(("ValidCores", "ValidThreadsPerCore"), ("CoreCount", "ThreadsPerCore"), strict=True)
        if any(wanted.get(name) not in cpu.get(listed, []) for listed, name in valid):
            text = f"The {self.instance_type} instance type does not support the specified CpuOptions."
            raise EC2ClientError("InvalidParameterCombination", text)
        self.chosen_cpu_options = wanted


class PlacementGroups:
    """Those of the account, by their names."""

    strategies: ClassVar[dict[str, str]] = {}

    @classmethod
    def take(cls, group: str, instance_type: str) -> bool:
        """Tell whether a group may have an instance of that type."""
        supported = INSTANCE_TYPES[instance_type].get("PlacementGroupInfo", {}).get("SupportedStrategies", [])
        return not group or cls.strategies[group] in supported

    @classmethod
    def described(cls, names: Iterable[str]) -> list[dict[str, str]]:
        """Describe them as EC2 does."""
        if unknown := [name for name in names if name not in cls.strategies]:
            text = f"The Placement Group '{unknown[0]}' is unknown."
            raise EC2ClientError("InvalidPlacementGroup.Unknown", text)
        return [{"GroupName": name, "Strategy": cls.strategies[name], "State": "available"} for name in names]


def _run_instances(self: Any) -> ActionResult:
    answer = _OF_MOTO(self)
    for instance in answer.result.instances:  # pyright: ignore[reportAttributeAccessIssue]
        instance.place(self._get_param("Placement", {}))
        if options := self._get_param("CpuOptions", {}):
            instance.choose_cpu_options(options)
        if wanted := self._get_param("CapacityReservationSpecification", {}):
            instance.reserve(wanted)
    return answer


def _modify_cpu_options(self: Any) -> ActionResult:
    instance = _stopped(self)
    names = ("CoreCount", "ThreadsPerCore", "NestedVirtualization")
    instance.choose_cpu_options(
        {name: value for name in names if (value := self._get_param(name)) is not None}
    )
    return ActionResult({"InstanceId": instance.id, **instance.cpu_options})


def _modify_capacity_reservation(self: Any) -> ActionResult:
    _stopped(self).reserve(self._get_param("CapacityReservationSpecification"))
    return ActionResult({"Return": True})


def _modify_placement(self: Any) -> ActionResult:
    wanted = {name: self._get_param(name) for name in ("GroupName", "Tenancy")}
    _stopped(self).place({name: value for name, value in wanted.items() if value is not None})
    return ActionResult({"Return": True})


def _stopped(self: Any) -> ConfiguredInstance:
    instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
    if instance.state != "stopped":
        raise EC2ClientError(
            "IncorrectInstanceState", f"The instance '{instance.id}' is not in the 'stopped' state."
        )
    return instance


def _create_placement_group(self: Any) -> EmptyResult:
    PlacementGroups.strategies[self._get_param("GroupName")] = self._get_param("Strategy", "cluster")
    return EmptyResult()


def _describe_placement_groups(self: Any) -> ActionResult:
    names = self._get_param("GroupNames", []) or list(PlacementGroups.strategies)
    return ActionResult({"PlacementGroups": PlacementGroups.described(names)})


_OF_MOTO = InstanceResponse.run_instances


def install() -> None:
    """Answer the actions that moto does not know, and have RunInstances heed what it is told."""
    answers = {
        "run_instances": _run_instances,
        "modify_instance_cpu_options": _modify_cpu_options,
        "modify_instance_capacity_reservation_attributes": _modify_capacity_reservation,
        "modify_instance_placement": _modify_placement,
        "create_placement_group": _create_placement_group,
        "describe_placement_groups": _describe_placement_groups,
    }
    for name, answer in answers.items():
        setattr(InstanceResponse, name, answer)
