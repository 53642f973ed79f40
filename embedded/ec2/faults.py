"""Faults on demand: the next calls of an action fail, take long, lose their answer or start in vain."""

import math
from dataclasses import dataclass
from threading import Lock

from embedded.ec2.call import Call
from embedded.ec2.named import instance_types


@dataclass
class Fault:
    """What shall go wrong with the next `times` calls of `action`.

    Several effects go together: a call may take long and then fail.

    Attributes:
        action: API action, such as `StartInstances`.
        times: how many calls it hits.
        type: only calls that concern this instance type: the one asked for, else the one the instance has.
        error: error code of the answer; `InternalError` where the fault has no other effect.
        message: text of the answer.
        status: HTTP status of the answer. AWS answers InsufficientInstanceCapacity with 500 and throttling
            with 503, and botocore retries both by itself before its caller hears of them.
        latency: seconds before the call is handled.
        lost_answer: the call takes effect and the connection drops before its answer.
        falls_back: StartInstances succeeds, and the instance goes back to `stopped` with this code as its
            state reason, such as `Server.InternalError`.
        impaired: StartInstances succeeds, and the status checks fail, for so many seconds after their
            initializing, or for ever (True).
    """

    action: str
    times: int = 1
    type: str | None = None
    error: str | None = None
    message: str = "An internal error has occurred"
    status: int = 500
    latency: float = 0.0
    lost_answer: bool = False
    falls_back: str | None = None
    impaired: bool | float = False

    def __post_init__(self) -> None:
        if self.latency < 0 or self.impaired < 0:
            raise ValueError("latency and impaired are durations")
        if self.is_of_a_start and self.action != "StartInstances":
            raise ValueError("falls_back and impaired are for StartInstances")
        if not (self.latency or self.lost_answer or self.is_of_a_start):
            self.error = self.error or "InternalError"

    @property
    def is_of_a_start(self) -> bool:
        """Whether it shows in the instance that the call starts."""
        return bool(self.falls_back or self.impaired)

    @property
    def impaired_seconds(self) -> float:
        """How long the status checks fail."""
        return math.inf if self.impaired is True else float(self.impaired)

    def hits(self, call: Call) -> bool:
        """Tell whether it is this call that goes wrong; a dry run starts nothing that could be ill."""
        return (
            self.times > 0
            and self.action == call.action
            and not (self.is_of_a_start and call.dry_run)
            and (self.type is None or self.type in instance_types(call))
        )


class FaultBook:
    """The faults that are still to happen, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        """Let this fault happen from the next matching call on."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def take(self, call: Call) -> Fault | None:
        """Return the fault that hits this call, if any; count it as used."""
        with self._lock:
            for fault in self._faults:
                if fault.hits(call):
                    fault.times -= 1
                    return fault
        return None
