"""Boots the machine of an instance that runs, and shuts it down when the instance no longer does."""

import logging
import os
import signal
import sys
import time
from dataclasses import dataclass, field

from embedded.home import Home
from embedded.processes import Service

log = logging.getLogger("embedded.machine")

LOOK_EVERY_SECONDS = 0.1
SHUTDOWN_SECONDS = 10.0


@dataclass(frozen=True)
class Wanted:
    """What EC2 wants of the machine of an instance.

    Attributes:
        boot: which boot of the instance it is.
        on: whether the instance runs.
        leased: whether a run needs it.
    """

    instance_id: str
    instance_type: str
    region: str
    boot: int
    on: bool
    leased: bool = False


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


class Hardware:
    """The machines that this process starts.

    It has to be followed in the main thread, where processes can be started without being lost.

    Args:
        home: where they keep what they write.
        shutdown_seconds: how long one may take to shut down, before its power is cut.
        own_logs: whether each has a file to say what it says; else it says it where this process does.
    """

    def __init__(
        self, home: Home, shutdown_seconds: float = SHUTDOWN_SECONDS, *, own_logs: bool = True
    ) -> None:
        self._home = home
        self._shutdown_seconds = shutdown_seconds
        self._own_logs = own_logs
        self._machines: dict[str, Machine] = {}

    def is_on(self, instance_id: str) -> bool:
        """Tell whether an instance cannot have stopped yet."""
        machine = self._machines.get(instance_id)
        return machine is not None and machine.is_on

    def is_dead(self, instance_id: str) -> bool:
        """Tell whether the machine of an instance that runs has crashed."""
        machine = self._machines.get(instance_id)
        return machine is not None and not machine.is_on

    def follow(self, wanted: Wanted) -> None:
        """Take the next step towards what is wanted."""
        machine = self._machines.get(wanted.instance_id)
        if machine and (not wanted.on or machine.boot != wanted.boot):
            machine.shut_down(self._shutdown_seconds)
            if not machine.service.members():
                machine.service.forget()
                del self._machines[wanted.instance_id]
        elif wanted.on and not machine:
            self._machines[wanted.instance_id] = self._boot(wanted)

    def _boot(self, wanted: Wanted) -> Machine:
        service = Service(f"machine-{wanted.instance_id}", self._home, own_log=self._own_logs)
        command = [sys.executable, "-m", "embedded.machine", "--home", str(self._home.path)]
        command += ["--instance-id", wanted.instance_id, "--instance-type", wanted.instance_type]
        service.start([*command, "--region", wanted.region], os.environ)
        log.info("%s boots as %s", wanted.instance_id, wanted.instance_type)
        return Machine(wanted.boot, service)
