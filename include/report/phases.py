"""The runbook's plan, beside what happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from include.report.model import Facts, Phase, Resize, StageSummary
from include.report.price_table import HOURLY_USD, TABLE_AS_OF
from include.report.prices import HOURS_OF_MONTH
from include.report.problems import was_begun
from include.stages import STAGES


@dataclass(frozen=True, slots=True)
class Planned:
    """What the runbook says of a phase: how long it takes, and what it costs."""

    hours: float
    usd: float | None = None

    @property
    def seconds(self) -> float:
        """How long, in seconds."""
        return self.hours * 3600.0


RESIZE: Final = Planned(hours=10 / 60)
WORK: Final = {"2.3": Planned(20, 8.0), "2.4": Planned(20, 8.0), "2.16B": Planned(15, 6.0)}
"""By the runbook's number of the stage."""
TOTAL: Final = Planned(sum(it.hours for it in WORK.values()), sum(it.usd or 0 for it in WORK.values()))

COST_FOOTNOTE = 1
"""The number of the footnote about what the runbook says the work costs."""

NOT_RESIZED = "this run has not resized"
SILENT = "{task} has not said how it ended"
NOT_BEGUN_YET = "{task} was not begun"
NOT_DONE = "no part of it has ended well"
COMPUTED = "{computed} of {months} months computed, the others were still valid"
NO_PRICE = "what it cost is not known"


def phases_of(facts: Facts) -> Iterator[Phase]:
    """Yield the phases of the runbook, in its order."""
    yield _resize(facts, "upgrade", "upsize", facts.upsize)
    done = {summary.stage: summary for summary in facts.stages}
    stages = [_work(facts, stage.title, done.get(stage.name)) for stage in STAGES]
    yield from stages
    yield _total(stages)
    yield _resize(facts, "downgrade", "downsize", facts.downsize)


def footnotes() -> Iterator[str]:
    """Yield what is wrong in the runbook's plan, at the prices of the table."""
    big, base = HOURLY_USD["c7i.8xlarge"], HOURLY_USD["t3.2xlarge"]
    yield (
        f"The runbook's {TOTAL.hours:g} h for ${TOTAL.usd:g} are no on-demand price: c7i.8xlarge costs "
        f"${big:g} an hour, so that they come to ${TOTAL.hours * big:.2f} (us-east-1, {TABLE_AS_OF})."
    )
    yield (
        f"Its $243 a month are t3.2xlarge by itself, which is there anyway (${base * HOURS_OF_MONTH:.0f}); "
        f"c7i.8xlarge would be ${big * HOURS_OF_MONTH:,.0f} a month."
    )
    yield "AWS takes a Spot instance back with a notice of 2 minutes: a stage of hours has to be resumable."


def _resize(facts: Facts, name: str, task: str, resize: Resize | None) -> Phase:
    if facts.is_untouched:
        note = NOT_RESIZED
    elif resize is None:
        note = (SILENT if was_begun(facts, task) else NOT_BEGUN_YET).format(task=task)
    else:
        note = "" if resize.outcome == "wanted" else f"{resize.outcome}: {resize.type_after}, {resize.state}"
    seconds = resize.seconds if resize else None
    return Phase(name=name, planned_seconds=RESIZE.seconds, seconds=seconds, note=note)


def _work(facts: Facts, number: str, summary: StageSummary | None) -> Phase:
    planned = WORK[number]
    if summary is None:
        seconds, usd, note = None, None, NOT_DONE
    else:
        seconds, usd = summary.seconds, _usd(facts, summary.seconds)
        some = summary.computed < summary.months
        note = COMPUTED.format(computed=summary.computed, months=summary.months) if some else ""
        note = note or ("" if usd is not None else NO_PRICE)
    return Phase(
        name=number,
        planned_seconds=planned.seconds,
        planned_usd=planned.usd,
        footnote=COST_FOOTNOTE,
        seconds=seconds,
        usd=usd,
        note=note,
    )


def _total(stages: list[Phase]) -> Phase:
    """Add the stages up; what is not known of one of them is not known of all."""
    seconds, usd = [it.seconds for it in stages], [it.usd for it in stages]
    return Phase(
        name="all three",
        planned_seconds=TOTAL.seconds,
        planned_usd=TOTAL.usd,
        footnote=COST_FOOTNOTE,
        seconds=None if None in seconds else sum(filter(None, seconds)),
        usd=None if None in usd else sum(filter(None, usd)),
    )


def _usd(facts: Facts, seconds: float) -> float | None:
    """Return what so long costs on the type on which the stages ran; None where that is not known."""
    with_airflow = facts.estimate is not None and not facts.estimate.on_the_instance
    as_it_is = facts.instance.type if facts.instance and facts.is_untouched and not with_airflow else None
    ran_on = facts.big_type or as_it_is
    hourly_usd = {price.type: price.hourly_usd for price in facts.prices}
    return seconds / 3600 * hourly_usd[ran_on] if ran_on in hourly_usd else None
