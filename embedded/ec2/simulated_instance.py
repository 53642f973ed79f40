"""moto's instance, with time: it stops, starts and passes its status checks as slowly as it is told to."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, ClassVar

from moto.core.utils import utcnow
from moto.ec2.models import elastic_network_interfaces, instances
from moto.ec2.models.instances import InstanceState, StateReason

from embedded.ec2.facets import AddressedInterface
from embedded.ec2.faults import Fault
from embedded.ec2.options import ConfiguredInstance

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html
STATE_CODES = {
    "pending": 0,
    "running": 16,
    "shutting-down": 32,
    "terminated": 48,
    "stopping": 64,
    "stopped": 80,
}

# Why an instance that was to start did not, next to the code:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html
FALLEN_BACK = {
    "Client.InternalError": "Client error on launch",
    "Server.InternalError": "Internal error on launch",
    "Server.InsufficientInstanceCapacity": (
        "There was insufficient capacity available to satisfy the launch request"
    ),
}
FALLEN_BACK_OTHERWISE = "The instance could not be started"


@dataclass(frozen=True)
class Timing:
    """How long things take, in seconds."""

    transition: float = 1.0
    status_checks: float = 1.0


@dataclass(frozen=True)
class Transition:
    """On the way from `passing` to `final`, there at `ends` on the monotonic clock."""

    passing: str
    final: str
    ends: float

    @property
    def state(self) -> str:
        """The state right now."""
        return self.passing if monotonic() < self.ends else self.final


class TimedInstance(ConfiguredInstance):
    """An instance whose state is a matter of time. `install` makes moto create these.

    Attributes:
        timing: how long things take.
        fault: what goes wrong with the starts of the call that is being answered.
        is_occupied: tells whether the machine of an instance still shuts down (`machines`).
        is_dead: tells whether it has crashed.
        boot: how often it has been booted.
    """

    timing: ClassVar[Timing] = Timing()
    fault: ClassVar[Fault | None] = None
    is_occupied: ClassVar[Callable[[str], bool]] = lambda _: False
    is_dead: ClassVar[Callable[[str], bool]] = lambda _: False

    def __init__(self, *args: Any, instance_id: str | None = None, **kwargs: Any) -> None:
        self.ever_ran = False
        self.boot = 1
        self._impaired_until = 0.0
        super().__init__(*args, **kwargs)
        if instance_id:
            self.id = instance_id  # moto offers no way to choose it; nothing has seen the other one yet
        self._go("pending", "running")

    @property
    def _state(self) -> InstanceState:
        name = self._transition.state
        if name in {"stopped", "terminated"} and type(self).is_occupied(self.id):
            name = self._transition.passing
        self.ever_ran = self.ever_ran or name == "running"
        return InstanceState(name, STATE_CODES[name])

    @_state.setter
    def _state(self, state: InstanceState) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        self._transition = Transition(state.name, state.name, monotonic())

    def _go(self, passing: str, final: str) -> None:
        ends = monotonic() + self.timing.transition
        self._transition = Transition(passing, final, ends)
        self._checked = ends + self.timing.status_checks

    @property
    def state_reason(self) -> StateReason | None:
        """Why it stopped, or could not start; nothing while it runs."""
        return None if self.state in {"pending", "running"} else self._state_reason

    @state_reason.setter
    def state_reason(self, reason: StateReason) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        self._state_reason = reason

    def start(self) -> InstanceState:
        """Start it; as in AWS, this changes nothing where it runs or is about to."""
        before = self._state
        if before.name == "stopped":
            super().start()
            self.boot += 1
            self.launch_time = utcnow()
            if self.fault and self.fault.falls_back:
                self._fall_back(self.fault.falls_back)
            else:
                self._go("pending", "running")
                self._impaired_until = self._checked + (self.fault.impaired_seconds if self.fault else 0)
        return before

    def _fall_back(self, code: str) -> None:
        """Let the start, which was accepted, fail; what it took is given back."""
        for interface in self.nics.values():
            interface.stop()
        self.state_reason = StateReason(f"{code}: {FALLEN_BACK.get(code, FALLEN_BACK_OTHERWISE)}", code)
        self._go("pending", "stopped")

    def stop(self) -> InstanceState:
        """Stop it; as in AWS, this changes nothing where it is stopped or is about to be."""
        before = self._state
        if before.name in {"pending", "running"}:
            super().stop()
            self._go("stopping", "stopped")
        return before

    def terminate(self) -> InstanceState:
        """End for ever."""
        before = self._state
        super().terminate()
        self._go("shutting-down", "terminated")
        return before

    def reboot(self) -> None:
        """Reboot: invisible in the state, but the status checks start over."""
        if self._state.name == "running":
            self.boot += 1
            self._go("running", "running")

    @property
    def instance_status(self) -> dict[str, Any]:
        """The status check: initializing for a while after the start, then ok or impaired."""
        if self.state != "running":
            return {"Status": "not-applicable"}
        if monotonic() < self._checked:
            return {"Status": "initializing", "Details": [{"Name": "reachability", "Status": "initializing"}]}
        if monotonic() < self._impaired_until or type(self).is_dead(self.id):
            return {"Status": "impaired", "Details": [{"Name": "reachability", "Status": "failed"}]}
        return {"Status": "ok", "Details": [{"Name": "reachability", "Status": "passed"}]}

    @property
    def system_status(self) -> dict[str, Any]:
        """The host's check, which goes along with the instance's."""
        return self.instance_status


def install(timing: Timing) -> None:
    """Let moto, from now on, create instances whose states take this long."""
    TimedInstance.timing = timing
    # RunInstances looks the classes up in the modules that define them
    instances.Instance = TimedInstance
    elastic_network_interfaces.NetworkInterface = AddressedInterface
