"""What the run cost."""

from pydantic.dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the time on the work type cost.

    Attributes:
        work_type: the big type.
        base_type: the small type that came back.
        seconds: time from the beginning of upsize to the end of downsize.
        total_usd: US dollars for this time on the work type.
        extra_usd: the part of it above the price of the base type.
    """

    work_type: str
    base_type: str
    seconds: float
    total_usd: float
    extra_usd: float
