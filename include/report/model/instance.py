"""The instance: how it was resized, and what it is at the end."""

from pydantic.dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Resize:
    """What the resize operator left behind, with the keys of its XCom.

    Attributes:
        instance_id: the instance.
        type_before: its type when the operator began.
        found: what the instance was when the operator began, in words.
        type_after: its type when the operator ended.
        state: the state of the instance at that time.
        started: when the operator began, in ISO format.
        finished: when the operator ended, in ISO format.
        seconds: the time in between.
        downtime_seconds: how long the instance could not be used.
        public_ip_before: the address when the operator began.
        public_ip_after: the address when the operator ended.
        outcome: "wanted", "fallback" or "stopped".
        refused: what AWS refused: the type, the error, how often.
    """

    type_before: str | None
    type_after: str
    started: str
    finished: str
    seconds: float
    found: str = ""
    instance_id: str | None = None
    state: str = "running"
    downtime_seconds: float = 0.0
    public_ip_before: str | None = None
    public_ip_after: str | None = None
    outcome: str = "wanted"
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceNow:
    """The instance at the end of the run.

    Attributes:
        type: its type.
        state: its state.
        instance_id: the instance.
        checks: result of its status checks; empty where nobody asked for them.
        reason: why its state changed by itself.
        public_ip: its public address.
        private_ip: its private address.
        launched: when it was last started, in ISO 8601; empty where that was not told.
        holder: who has leased the instance, in words; None where nobody has.
        is_ours: whether that is this run.
        is_big: whether it has one of the run's work types.
        rung: where its type stands on the run's ladder, in words; empty in a report of an older version.
        zone: its availability zone; empty where that was not told.
    """

    type: str
    state: str
    instance_id: str | None = None
    checks: str = ""
    reason: str = ""
    public_ip: str | None = None
    private_ip: str | None = None
    launched: str = ""
    holder: str | None = None
    is_ours: bool = False
    is_big: bool = False
    rung: str = ""
    zone: str = ""
