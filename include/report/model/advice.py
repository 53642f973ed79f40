"""What the same run would have taken on the small type."""

from pydantic.dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OnBaseType:
    """The stages of this run, on the base type: estimated from what they took.

    Attributes:
        type: the base type.
        vcpus: its vCPUs.
        seconds: the stages, one after the other.
    """

    type: str
    vcpus: int
    seconds: float
