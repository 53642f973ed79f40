"""Whether it pays to make the instance big for a run: what preflight has estimated, and its wording."""

from pydantic.dataclasses import dataclass

RESIZES = 2  # up and down
SHORTEST_WORD = 90.0  # up to so many seconds, and then minutes, the smaller unit says it better


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a run has to do, how long that takes small and big, and what growing costs.

    Attributes:
        instance_id: the instance.
        big_type: the type that the run would make it.
        months: how many months at least one stage has to compute.
        rows: about how many rows the stages are going to write, all together.
        seconds_as_it_is: the work on the instance as it is now.
        seconds_big: the work on `big_type`.
        downtime_seconds: how long each of the two resizes takes the instance away.
        extra_usd: what the run costs more with resizes than without; None where a price is not configured,
            or the instance is big already: what it costs beyond the base type is then not estimated.
        worth_it: whether a run that resizes where it is needed makes it big.
        is_measured: whether earlier runs were timed here; else the figures are those of another machine.
        on_the_instance: whether the stages run there; else with Airflow, and growing makes nothing faster.
        is_big: whether the instance runs as a work type already.
        is_up: whether the instance is running, so that it could compute as it is.
    """

    instance_id: str
    big_type: str
    months: int
    rows: float
    seconds_as_it_is: float
    seconds_big: float
    downtime_seconds: float
    extra_usd: float | None
    worth_it: bool
    is_measured: bool = True
    on_the_instance: bool = True
    is_big: bool = False
    is_up: bool = True

    @property
    def seconds_resized(self) -> float:
        """The work on `big_type`, and the resizes; one that is big already has only the way back."""
        return self.seconds_big + (1 if self.is_big else RESIZES) * self.downtime_seconds

    @property
    def slower_in_all(self) -> bool:
        """Whether the run would end sooner without the resizes."""
        return self.is_up and not self.is_big and self.seconds_resized > self.seconds_as_it_is

    def __str__(self) -> str:
        """Return all of it in a sentence, without a full stop."""
        if not self.on_the_instance:
            where = f"the stages run with Airflow, not on {self.instance_id}"
            return f"{self._work}; {where}: growing makes nothing faster, and costs {self._costs}"
        if self.is_big:
            here = f" here, which is a {self.big_type} already"
            return self._work + (here if self.months else f"; the instance is a {self.big_type} already")
        if not self.months:
            return f"{self._work}; growing costs {self._costs}"
        here = "here" if self.is_up else f"if {self.instance_id} were running as it is"
        big = f"{about(self.seconds_big)} on {self.big_type}"
        return f"{self._work} {here}, {big}; growing costs {self._costs}{self._in_all}"

    @property
    def _work(self) -> str:
        if not self.months:
            return "nothing to compute, as all months are still valid"
        months = "1 month" if self.months == 1 else f"{self.months} months"
        return f"{months}: {'about' if self.is_measured else 'very roughly'} {about(self.seconds_as_it_is)}"

    @property
    def _costs(self) -> str:
        downtime = f"{RESIZES} x ~{about(self.downtime_seconds)} of downtime"
        if self.extra_usd is None:
            return f"{downtime} and what TIER1_HOURLY_USD does not tell"
        return f"{downtime} and {dollars(self.extra_usd)}"

    @property
    def _in_all(self) -> str:
        if not self.slower_in_all:
            return ""
        small, big = about(self.seconds_as_it_is), about(self.seconds_big)
        return f": slower in all, {small} against {big} + {about(RESIZES * self.downtime_seconds)}"


def about(seconds: float) -> str:
    """Return a duration as people say it: 8 s, 4 min, 2.5 h."""
    if seconds < SHORTEST_WORD:
        return f"{max(1, round(seconds))} s"
    if seconds < SHORTEST_WORD * 60:
        return f"{round(seconds / 60)} min"
    hours = seconds / 3600
    return f"{hours:.1f} h" if hours < 10 else f"{hours:.0f} h"


def dollars(usd: float) -> str:
    """Return an estimated price."""
    return f"~${usd:.2f}" if usd >= 0.01 else "less than $0.01"
