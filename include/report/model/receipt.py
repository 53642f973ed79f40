"""What the run cost, and with which prices that was worked out."""

from collections.abc import Sequence

from pydantic.dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What an hour of an instance type costs.

    Attributes:
        type: the instance type.
        hourly_usd: US dollars.
        source: who says so.
        as_of: the day from which the price is, YYYY-MM-DD.
    """

    type: str
    hourly_usd: float
    source: str
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOnType:
    """How long the instance had a type during the run, and what that costs.

    Attributes:
        type: the type.
        seconds: how long; the time in which it was stopped counts for the type that came after.
        price: its price; None where nobody knows it.
        usd: both together; None without a price.
    """

    type: str
    seconds: float
    price: Price | None = None
    usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A time for which the run had the instance, before it was cleared and had it again.

    Attributes:
        began: when its upsize began, in ISO format; empty where that has not said how it ended.
        times: the types that the instance had.
        unknown: why something about it is not known; empty where all is.
    """

    began: str
    times: tuple[TimeOnType, ...] = ()
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What it would cost to leave the instance big, above what the base type costs; US dollars.

    Attributes:
        work_type: the big type.
        base_type: the small type.
        day_usd: in a day.
        week_usd: in a week.
        month_usd: in 730 hours, which AWS takes for a month.
    """

    work_type: str
    base_type: str
    day_usd: float
    week_usd: float
    month_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the run cost, as far as it is known.

    Attributes:
        times: the types that the instance had, from the beginning of upsize to the end of downsize.
        unknown: why something about it is not known; empty where all is.
        is_over: whether the time on the last of these types has ended as it should.
        downtime_seconds: how long the instance could not be used; None where that is not known.
        public_ip_before: its public address before the run; None without one.
        public_ip_after: the one at the end.
        on_demand_usd: what the hours on the big type cost on demand; None where that is not known.
        spot_usd: what the same hours cost on Spot; None where that is not known.
        spot: the Spot price that this was worked out with.
        forgotten: what a forgotten downsize would cost; None where a price is not known.
        earlier: the attempts before the run was cleared, the first one first.
    """

    times: tuple[TimeOnType, ...] = ()
    unknown: str = ""
    is_over: bool = True
    downtime_seconds: float | None = None
    public_ip_before: str | None = None
    public_ip_after: str | None = None
    on_demand_usd: float | None = None
    spot_usd: float | None = None
    spot: Price | None = None
    forgotten: Forgotten | None = None
    earlier: tuple[Attempt, ...] = ()

    @property
    def total_usd(self) -> float | None:
        """What all of it cost, earlier attempts too; None where a price, or what it was, is not known."""
        if self.unknown and not self.times:
            return None
        earlier, now = self.earlier_usd, _sum(self.times)
        return None if earlier is None or now is None else earlier + now

    @property
    def earlier_usd(self) -> float | None:
        """What the earlier attempts cost; None where that is not known."""
        return None if self.earlier_unknown else _sum(self.earlier_times)

    @property
    def earlier_unknown(self) -> str:
        """Why something about the earlier attempts is not known; empty where all is."""
        return "; ".join(dict.fromkeys(it.unknown for it in self.earlier if it.unknown))

    @property
    def earlier_seconds(self) -> float:
        """For how long the earlier attempts had the instance."""
        return sum(time.seconds for time in self.earlier_times)

    @property
    def earlier_times(self) -> Sequence[TimeOnType]:
        """The types that the instance had in the earlier attempts."""
        return [time for it in self.earlier for time in it.times]

    @property
    def why_no_total(self) -> str:
        """Why something about all of it is not known; empty where all is."""
        earlier = f"of earlier attempts: {self.earlier_unknown}" if self.earlier_unknown else ""
        return "; ".join(filter(None, [self.unknown, earlier]))


def _sum(times: Sequence[TimeOnType]) -> float | None:
    known = [it.usd for it in times if it.usd is not None]
    return sum(known) if len(known) == len(times) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the time on the work type cost.

    Attributes:
        work_type: the big type.
        base_type: the small type that came back.
        seconds: the time on the work type, as in the receipt.
        total_usd: US dollars for this time on the work type.
        extra_usd: the part of it above the price of the base type.
    """

    work_type: str
    base_type: str
    seconds: float
    total_usd: float
    extra_usd: float
