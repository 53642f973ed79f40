"""Faults on demand: the next calls of an action fail, or take effect without their answer arriving."""

from dataclasses import dataclass
from threading import Lock


@dataclass
class Fault:
    """What shall go wrong with the next `times` calls of `action`.

    Attributes:
        action: API action, such as `StartInstances`.
        times: how many calls it hits.
        type: only calls that concern this instance type: the one asked for, else the one the instance has.
        error: error code of the answer.
        message: text of the answer.
        status: HTTP status of the answer. AWS answers InsufficientInstanceCapacity with 500 and throttling
            with 503, and botocore retries both by itself before its caller hears of them.
        lost_answer: the call takes effect and the connection drops before its answer.
    """

    action: str
    times: int = 1
    type: str | None = None
    error: str = "InternalError"
    message: str = "An internal error has occurred"
    status: int = 500
    lost_answer: bool = False


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

    def take(self, action: str, types: set[str]) -> Fault | None:
        """The fault that hits this call, if any; counts it as used."""
        with self._lock:
            for fault in self._faults:
                if fault.times > 0 and fault.action == action and fault.type in {None, *types}:
                    fault.times -= 1
                    return fault
        return None
