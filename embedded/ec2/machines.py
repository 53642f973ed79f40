"""The machines of the instances: processes of this one, or others that report over `/_control/machine`."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends

from embedded.ec2.simulated_instance import TimedInstance
from embedded.machine.hardware import LOOK_EVERY_SECONDS, Hardware, Wanted

LEASE_TAG = "tier1:lease-run"
# A machine of which nothing was heard for so long has lost its power.
SILENT_SECONDS = 5.0


@dataclass(frozen=True)
class Report:
    """How a machine said that it is, and when, on the monotonic clock."""

    on: bool
    dead: bool
    at: float

    @property
    def is_old(self) -> bool:
        """Whether it should have been heard again by now."""
        return time.monotonic() - self.at > SILENT_SECONDS


def wanted(region: str) -> Iterator[Wanted]:
    """Say what each instance of a region wants of its machine."""
    for reservation in list(ec2_backends[DEFAULT_ACCOUNT_ID][region].reservations.values()):
        for instance in reservation.instances:
            yield Wanted(
                instance.id,
                instance.instance_type,
                region,
                instance.boot,  # type: ignore[attr-defined]
                on=instance.state == "running",
                leased=any(tag["key"] == LEASE_TAG for tag in instance.get_tags()),
            )


def look_on(hardware: Hardware, region: str) -> None:
    """Let machines of this process follow their instances, for ever."""
    TimedInstance.is_occupied = hardware.is_on
    TimedInstance.is_dead = hardware.is_dead
    while True:
        for each in list(wanted(region)):
            hardware.follow(each)
        time.sleep(LOOK_EVERY_SECONDS)


class Reports:
    """What machines elsewhere say of themselves; an instance of which none was ever heard has none."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._heard: dict[str, Report] = {}
        TimedInstance.is_occupied = self.is_on
        TimedInstance.is_dead = self.is_dead

    def take(self, instance_id: str, *, on: bool, dead: bool) -> dict[str, Any]:
        """Note how a machine is, and answer what is wanted of it.

        Raises:
            ValueError: there is no such instance.
        """
        self._heard[instance_id] = Report(on, dead, time.monotonic())
        for each in wanted(self._region):
            if each.instance_id == instance_id:
                return vars(each)
        raise ValueError(f"There is no instance {instance_id} here.")

    def is_on(self, instance_id: str) -> bool:
        """Tell whether an instance cannot have stopped yet."""
        report = self._heard.get(instance_id)
        return report is not None and report.on and not report.is_old

    def is_dead(self, instance_id: str) -> bool:
        """Tell whether the machine of an instance that runs has crashed, or is gone."""
        report = self._heard.get(instance_id)
        return report is not None and (report.dead or report.is_old)
