"""What the run cost: the seconds that the instance had each type, times the price of that."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from include.report.cost import cost_of, usd_of
from include.report.model import (
    Attempt,
    Cost,
    Facts,
    Forgotten,
    Price,
    Receipt,
    Report,
    Resize,
    TimeOnType,
)
from include.report.prices import HOURS_OF_MONTH
from include.report.problems import was_begun

UPSIZE_SILENT = "upsize has not said how it ended, so that nobody knows what the instance was since"
DOWNSIZE_SILENT = "downsize has not said how it ended: the time on {type} goes on, as far as anybody knows"
NO_PRICE = "nobody knows what {types} costs: set TIER1_HOURLY_USD"


def earlier_attempts(stored: Report | None, facts: Facts, lost: str = "") -> tuple[Attempt, ...]:
    """Return for what the run had the instance before it was cleared.

    Args:
        stored: the report that the run has stored last; None without one.
        facts: of the present attempt, which is none of them: where only the verdict runs again, both are
            about the same upsize.
        lost: why the stored report is not known, although there may be one. It stays in the new one: once
            that is stored, nobody can read the old one any more.
    """
    if lost:
        return (Attempt(began="", unknown=lost),)
    if stored is None or stored.receipt is None:
        return ()
    found = [*stored.receipt.earlier, *_attempt_of(stored, facts)]
    by_beginning = {it.began or it.unknown: it for it in found}
    if facts.upsize:
        by_beginning.pop(facts.upsize.started, None)
    return tuple(by_beginning.values())


def _attempt_of(stored: Report, facts: Facts) -> Iterator[Attempt]:
    """Yield the attempt that a stored report is about, if it has begun to make the instance big."""
    receipt = stored.receipt or Receipt()
    if stored.upsize is not None:
        yield Attempt(began=stored.upsize.started, times=receipt.times, unknown=receipt.unknown)
    elif receipt.unknown and not _are_the_same_silence(stored, facts):
        yield Attempt(began="", unknown=receipt.unknown)


def _are_the_same_silence(stored: Facts, facts: Facts) -> bool:
    """Tell whether both are about one upsize that has ended without a word."""
    is_silent = facts.upsize is None and _was_begun(facts, "upsize")
    return is_silent and facts.tasks.get("upsize") == stored.tasks.get("upsize")


def priced(receipt: Receipt, seconds: Mapping[str, float], prices: Sequence[Price]) -> Receipt:
    """Return the receipt with these seconds on each type."""
    known = {price.type: price for price in prices}
    return replace(receipt, times=tuple(_time(name, it, known.get(name)) for name, it in seconds.items()))


def receipt_of(facts: Facts, earlier: tuple[Attempt, ...] = ()) -> Receipt:
    """Write the receipt; what is not known is said to be unknown."""
    times = {} if facts.is_untouched else _seconds_on_types(facts)
    prices = {price.type: price for price in facts.prices}
    big, spot = facts.big_type, facts.spot
    on_big = times.get(big, 0.0) if big else 0.0
    of_big_type = spot is not None and spot.type == big
    return Receipt(
        times=tuple(_time(name, seconds, prices.get(name)) for name, seconds in times.items()),
        unknown="; ".join(_unknown(facts, [name for name in times if name not in prices])),
        is_over=facts.downsize is not None or not times,
        downtime_seconds=_downtime(facts),
        public_ip_before=_public_ip_before(facts),
        public_ip_after=facts.instance.public_ip if facts.instance else None,
        on_demand_usd=usd_of(on_big, prices[big].hourly_usd) if big in prices and on_big else None,
        spot_usd=usd_of(on_big, spot.hourly_usd) if spot and of_big_type and on_big else None,
        spot=spot,
        forgotten=_forgotten(facts, prices),
        earlier=earlier,
    )


def run_cost(facts: Facts) -> Cost | None:
    """Return what the time on the big type cost; None where there was none, or where that is not known."""
    big = facts.big_type
    if big is None or facts.downsize is None:
        return None
    hourly_usd = {price.type: price.hourly_usd for price in facts.prices}
    seconds = _seconds_on_types(facts).get(big)
    if seconds is None:
        return None
    return cost_of(seconds, big, facts.parameters["base_type"], hourly_usd)


def _seconds_on_types(facts: Facts) -> dict[str, float]:
    """Return for how long the instance had each type, from the beginning of upsize to the end of downsize.

    While it is stopped AWS bills nothing; that time counts for the type that comes after, as it is not known
    when within it AWS has begun to bill that one. So this is a little more than AWS bills.
    """
    up, down = facts.upsize, facts.downsize
    if up is None:
        return {}
    grew = _finished(up) - up.downtime_seconds
    spells = [(up.type_before or up.type_after, grew - _time_of(up.started))]
    if down is not None:
        shrank = _finished(down) - down.downtime_seconds
        spells += [(up.type_after, shrank - grew), (down.type_after, down.downtime_seconds)]
    elif facts.looked_at:
        spells.append((up.type_after, _time_of(facts.looked_at) - grew))
    seconds: dict[str, float] = {}
    for name, spell in spells:
        if spell > 0:
            seconds[name] = seconds.get(name, 0.0) + spell
    return seconds


def _time(name: str, seconds: float, price: Price | None) -> TimeOnType:
    usd = usd_of(seconds, price.hourly_usd) if price else None
    return TimeOnType(type=name, seconds=seconds, price=price, usd=usd)


def _unknown(facts: Facts, without_price: list[str]) -> Iterator[str]:
    if facts.upsize is None and _was_begun(facts, "upsize"):
        yield UPSIZE_SILENT
    if facts.upsize is not None and facts.downsize is None:
        yield DOWNSIZE_SILENT.format(type=facts.upsize.type_after)
    if without_price:
        yield NO_PRICE.format(types=" or ".join(without_price))


def _downtime(facts: Facts) -> float | None:
    """Return how long the instance could not be used; None where a resize has not said how it ended."""
    resizes = {"upsize": facts.upsize, "downsize": facts.downsize}
    if any(_was_begun(facts, task) for task, it in resizes.items() if it is None):
        return None
    return sum(it.downtime_seconds for it in resizes.values() if it)


def _public_ip_before(facts: Facts) -> str | None:
    seen = facts.upsize or facts.downsize
    if facts.is_untouched:
        return facts.instance.public_ip if facts.instance else None
    return seen.public_ip_before if seen else None


def _was_begun(facts: Facts, task: str) -> bool:
    return was_begun(facts, task) and not facts.is_untouched


def _forgotten(facts: Facts, prices: Mapping[str, Price]) -> Forgotten | None:
    base_type, big = facts.parameters["base_type"], facts.big_type or _first_work_type(facts)
    if big is None or base_type not in prices or big not in prices:
        return None
    extra = prices[big].hourly_usd - prices[base_type].hourly_usd
    return Forgotten(
        work_type=big,
        base_type=base_type,
        day_usd=extra * 24,
        week_usd=extra * 24 * 7,
        month_usd=extra * HOURS_OF_MONTH,
    )


def _first_work_type(facts: Facts) -> str | None:
    """Return the type that the run was to make the instance; None where its parameters do not tell."""
    wanted = facts.parameters.get("work_type") or ""
    texts = [wanted] if isinstance(wanted, str) else map(str, wanted)  # the form sends a list of lines
    return ",".join(texts).split(",")[0].strip() or None


def _finished(resize: Resize) -> float:
    return _time_of(resize.finished)


def _time_of(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
