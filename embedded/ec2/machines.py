"""Boots a machine for each instance that runs, and shuts it down when the instance no longer does."""

import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends

from embedded.ec2.simulated_instance import TimedInstance
from embedded.home import Home
from embedded.processes import Service

log = logging.getLogger("embedded.ec2")

LOOK_EVERY_SECONDS = 0.1
SHUTDOWN_SECONDS = 10.0


@dataclass
class Machine:
    """The machine of one boot of an instance.

    Attributes:
        boot: which boot of the instance it is.
        service: its processes.
        power_off: when its power is cut, on the monotonic clock; infinite before it is told to shut down.
    """

    boot: int
    service: Service
    power_off: float = field(default=float("inf"))

    @property
    def is_on(self) -> bool:
        """Whether it runs: one that has crashed does not."""
        return self.service.pid is not None

    def shut_down(self, seconds: float) -> None:
        """Tell it to, once; cut its power when that has taken longer."""
        if self.power_off == float("inf"):
            self.power_off = time.monotonic() + seconds
            if pid := self.service.pid:
                os.kill(pid, signal.SIGTERM)
        elif time.monotonic() > self.power_off:
            self.service.send(signal.SIGKILL)


class Machines:
    """All machines of a simulated region.

    Args:
        home: where they keep what they write.
        region: the region.
        shutdown_seconds: how long one may take to shut down, before its power is cut.
    """

    def __init__(self, home: Home, region: str, shutdown_seconds: float) -> None:
        self._home = home
        self._region = region
        self._shutdown_seconds = shutdown_seconds
        self._machines: dict[str, Machine] = {}
        TimedInstance.is_occupied = self.is_on
        TimedInstance.is_dead = self.is_dead

    def is_on(self, instance_id: str) -> bool:
        """Tell whether an instance cannot have stopped yet."""
        machine = self._machines.get(instance_id)
        return machine is not None and machine.is_on

    def is_dead(self, instance_id: str) -> bool:
        """Tell whether the machine of an instance that runs has crashed."""
        machine = self._machines.get(instance_id)
        return machine is not None and not machine.is_on

    def look_on(self) -> None:
        """Go on for ever; in the main thread, where processes can be started without being lost."""
        while True:
            for instance in list(self._instances()):
                self._follow(instance)
            time.sleep(LOOK_EVERY_SECONDS)

    def _instances(self) -> Iterator[TimedInstance]:
        for reservation in list(ec2_backends[DEFAULT_ACCOUNT_ID][self._region].reservations.values()):
            yield from reservation.instances  # type: ignore[misc]

    def _follow(self, instance: TimedInstance) -> None:
        machine = self._machines.get(instance.id)
        wanted = instance.state == "running"
        if machine and (not wanted or machine.boot != instance.boot):
            machine.shut_down(self._shutdown_seconds)
            if not machine.service.members():
                machine.service.forget()
                del self._machines[instance.id]
        elif wanted and not machine:
            self._machines[instance.id] = self._boot(instance)

    def _boot(self, instance: TimedInstance) -> Machine:
        service = Service(f"machine-{instance.id}", self._home)
        command = [sys.executable, "-m", "embedded.machine", "--home", str(self._home.path)]
        command += ["--instance-id", instance.id, "--instance-type", instance.instance_type]
        service.start([*command, "--region", self._region], os.environ)
        log.info("%s boots as %s", instance.id, instance.instance_type)
        return Machine(instance.boot, service)
