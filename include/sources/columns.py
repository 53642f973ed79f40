"""What the columns of a file are, told by their names."""

import re
from dataclasses import dataclass

from include.market import PAIRS
from include.sources.bars import FIELDS
from include.sources.errors import BadPricesError
from include.sources.hints import Hints
from include.sources.pairs import pair_of, pairs_in

TIMES = (
    "ts_utc", "time_utc", "utc_time", "datetime_utc", "utc", "gmt_time", "timestamp", "datetime", "date_time",
    "time", "date", "ts", "t", "time_eet", "local_time", "open_time", "bar_time", "index_level_0", "index",
    "unnamed_0", "dtyyyymmdd",
)  # fmt: skip
"""The names of a column of times, the most telling first."""

_DATES = ("date", "dtyyyymmdd")
"""The names of a column of dates that may have another one with the time of day beside it."""
_CLOCKS = dict.fromkeys(("time_utc", "utc_time", "datetime_utc", "utc", "gmt_time"), "UTC") | {
    "time_eet": "EET"
}
PAIR = (
    "pair", "symbol", "meta_symbol", "ticker", "instrument", "currency_pair", "ccy_pair", "ccypair", "ric",
)  # fmt: skip
"""The names of a column of pairs."""
_CLOSES = (
    ("close", "c"),
    ("mid_close", "close_mid", "mid_c", "mid"),
    ("last", "price", "rate", "px_last", "last_price"),
    ("bid_close", "close_bid", "bid_c", "bid", "ask_close", "close_ask", "ask_c", "ask"),
)
"""The names of a column of close prices; of a later row only where there is none of an earlier one."""
VOLUMES = ("volume", "tick_volume", "tickvol", "tick_vol", "v", "vol", "real_volume")
_SAYS_NOTHING = ("", "curncy", "fx", "x", "m", "spot", "forex")
"""What may stand beside a pair in the name of a column of its closes."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a file has what.

    Attributes:
        time: position of the time; or of a date, and of what may be its time of day.
        pair: position of the pair's name; None where it is in the columns' names, or outside of the file.
        fields: for each pair, position by field; under the key None where the pair is not in the names.
        ignored: names of the others.
        clock: the zone that the name of the time's column tells.
    """

    time: tuple[int, ...]
    pair: int | None
    fields: dict[str | None, dict[str, int]]
    ignored: tuple[str, ...]
    clock: str | None


def columns_of(source: str, names: tuple[str, ...], hints: Hints) -> Columns:
    """Tell the columns of a file by their names.

    Raises:
        BadPricesError: there is no time, no close, or more than one column for either.
    """
    plain = [plain_name(name) for name in names]
    if names[:1] == ("",):  # an index that has no name
        plain[0] = "index"
    time = _time(source, names, plain, hints)
    pair = _first(source, names, plain, PAIR)
    fields = {} if pair is not None else _of_pairs(source, names, hints)
    if fields and hints.pair:
        raise BadPricesError(f"{source}: its columns are named after pairs: leave --pair out")
    if not fields:
        fields[None] = _of_one(source, names, plain, hints)
    used = {*time, pair, *(at for of_pair in fields.values() for at in of_pair.values())}
    ignored = tuple(name for k, name in enumerate(names) if k not in used and name)
    return Columns(time, pair, fields, ignored, _CLOCKS.get(plain[time[0]]))


def plain_name(name: str) -> str:
    """Write the name of a column as the lists above do: `<TICKVOL>`, `Gmt time`, `closeMid`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def _named(source: str, names: tuple[str, ...], wanted: str, option: str) -> int:
    """Find the column that an option names."""
    exact = [k for k, name in enumerate(names) if name == wanted]
    alike = exact or [k for k, name in enumerate(names) if plain_name(name) == plain_name(wanted)]
    if len(alike) != 1:
        many = "several columns" if alike else "none"
        raise BadPricesError(f"{source}: {many} named {wanted!r}, as {option} says; it has {_listed(names)}")
    return alike[0]


def _first(source: str, names: tuple[str, ...], plain: list[str], wanted: tuple[str, ...]) -> int | None:
    """Find the first of the wanted names that is there."""
    for name in wanted:
        found = [k for k, it in enumerate(plain) if it == name]
        if len(found) > 1:
            raise BadPricesError(
                f"{source}: {len(found)} columns are named {names[found[0]]}; keep one of them"
            )
        if found:
            return found[0]
    return None


def _time(source: str, names: tuple[str, ...], plain: list[str], hints: Hints) -> tuple[int, ...]:
    if hints.time_column:
        return (_named(source, names, hints.time_column, "--time-column"),)
    best = _first(source, names, plain, TIMES)
    if best is None:
        raise BadPricesError(
            f"{source}: no column ts_utc or of another name for the time; it has {_listed(names)}; "
            "name it with --time-column"
        )
    of_day = next((name for name in ("time", "timestamp") if name in plain), None)
    date = next((name for name in _DATES if name in plain), None)
    if of_day and date and plain[best] in (date, of_day):
        return plain.index(date), plain.index(of_day)
    return (best,)


def _of_one(source: str, names: tuple[str, ...], plain: list[str], hints: Hints) -> dict[str, int]:
    """Find the fields of a file whose columns are those of one pair, or of any."""
    close = _close(source, names, plain, hints)
    fields: dict[str, int] = {"close": close}
    for field in ("open", "high", "low"):
        # beside bid.c is bid.o, beside closeMid is openMid
        sibling = re.sub(r"(?<![a-z])close(?![a-z])", field, plain[close])
        sibling = re.sub(r"(?<![a-z])c(?![a-z])", field[0], sibling)
        at = _first(source, names, plain, (sibling, field) if sibling != plain[close] else (field,))
        if at is not None:
            fields[field] = at
    volume = _first(source, names, plain, VOLUMES)
    return fields if volume is None else {**fields, "volume": volume}


def _close(source: str, names: tuple[str, ...], plain: list[str], hints: Hints) -> int:
    if hints.close_column:
        return _named(source, names, hints.close_column, "--close-column")
    for alike in _CLOSES:
        found = [k for k, name in enumerate(plain) if name in alike]
        if len(found) == 1:
            return found[0]
        if len({names[k] for k in found}) == 1:
            raise BadPricesError(
                f"{source}: {len(found)} columns are named {names[found[0]]}; keep one of them"
            )
        if found:
            raise BadPricesError(
                f"{source}: {_listed(tuple(names[k] for k in found))} may each be the close; "
                "name one with --close-column, or remove the others"
            )
    raise BadPricesError(
        f"{source}: no column close, and none named after a pair; it has {_listed(names)}; "
        "name it with --close-column"
    )


def _of_pairs(source: str, names: tuple[str, ...], hints: Hints) -> dict[str | None, dict[str, int]]:
    """Find columns named after a pair, or after a pair and a field."""
    fields: dict[str, dict[str, int]] = {}
    for k, name in enumerate(names):
        found = pairs_in(name)
        if len(found) != 1:
            continue
        [(pair, written)] = found
        rest = plain_name(re.sub(r"[A-Za-z_]+:$|=X", "", name.replace(written, "", 1).strip()))
        field = _field(rest, hints)
        if field is None:
            continue
        if field in fields.setdefault(pair, {}):
            raise BadPricesError(f"{source}: two columns are the {field} of {pair}; keep one of them")
        fields[pair][field] = k
    with_close = {pair: of_pair for pair, of_pair in fields.items() if "close" in of_pair}
    for pair in with_close:
        if pair not in PAIRS and pair[3:] + pair[:3] not in with_close:
            pair_of(pair)  # which refuses it
    return {pair: with_close[pair] for pair in PAIRS if pair in with_close}


def _field(rest: str, hints: Hints) -> str | None:
    """Tell which field stands beside a pair's name."""
    if hints.close_column and rest == plain_name(hints.close_column):
        return "close"
    if rest in _SAYS_NOTHING or rest in _CLOSES[0] + _CLOSES[1] + _CLOSES[2]:
        return None if hints.close_column and rest not in _SAYS_NOTHING else "close"
    return rest if rest in FIELDS else {"o": "open", "h": "high", "l": "low"}.get(rest)


def _listed(names: tuple[str, ...]) -> str:
    shown = [name or "''" for name in names]
    return ", ".join(shown[:40]) + (f" and {len(shown) - 40} more" if len(shown) > 40 else "")
