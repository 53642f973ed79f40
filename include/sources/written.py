"""Times as people write them, rewritten as ISO 8601, which Arrow reads; and what is said of other texts."""

# pyarrow makes its compute functions when it is imported
# pyright: reportAttributeAccessIssue=false

import re

import pyarrow as pa
import pyarrow.compute as pc

HOW_TO_WRITE = "write 2024-03-01T12:00:00Z"

_DATE = r"^\s*(\d{4})[-./]?(\d{2})[-./]?(\d{2})"
_HOUR = r"(?:[TtD]|\s+)(\d{2})"
_OFFSET = r"(Z|[+-]\d{2}(?::?\d{2})?|)$"
# in this order: the later ones find what the earlier ones have left
_RULES = (
    (r"(Z|[+-]\d{2}:?\d{2})\[[A-Za-z/_+-]+\]\s*$", r"\1"),  # Java's, which names the zone too
    (r"\s*[+]00:?00\s+(?:UTC|GMT)\s*$", "Z"),  # Go's
    (r"\s*(?:UTC|GMT|Z|z)\s*$", "Z"),
    (r"\s*(?:UTC|GMT)([+-]\d{2}(?::?\d{2})?)\s*$", r"\1"),
    # as spreadsheets write them: 2024-3-1 9:30
    (r"^\s*(\d{4})[-./](\d[-./]\d{1,2}(?:\D.*)?)$", r"\1-0\2"),
    (r"^\s*(\d{4})[-./](\d{2})[-./](\d(?:\D.*)?)$", r"\1-\2-0\3"),
    (r"(?:[Tt]|\s+)(\d:\d{2}.*)$", r"T0\1"),
    # FIX's; with less than seconds it may be an offset
    (r"^\s*(\d{4})(\d{2})(\d{2})-(\d{2}:\d{2}:\d{2}(?:\.\d+)?)\s*$", r"\1-\2-\3T\4"),
    (_DATE + r"\s+([+-]\d{2}(?::?\d{2})?)\s*$", r"\1-\2-\3T00:00:00\4"),
    (r"\s+([+-]\d{2}(?::?\d{2})?)\s*$", r"\1"),
    (_DATE + _HOUR + r":?(\d{2}):?(\d{2})[.,](\d{1,6})\d*\s*" + _OFFSET, r"\1-\2-\3T\4:\5:\6.\7\8"),
    (_DATE + _HOUR + r":?(\d{2}):?(\d{2})\s*" + _OFFSET, r"\1-\2-\3T\4:\5:\6\7"),
    (_DATE + _HOUR + r":?(\d{2})\s*" + _OFFSET, r"\1-\2-\3T\4:\5:00\6"),
    (r"^\s*(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})\s*$", r"\1-\2-\3T\4:\5:\6"),
    (r"^\s*(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})\s*$", r"\1-\2-\3T\4:\5:00"),
    (_DATE + r"\s*(Z|\+\d{2}(?::?\d{2})?|)$", r"\1-\2-\3T00:00:00\4"),
    # 20240301-09:30 stays: that may be a time of day
    (r"^\s*(\d{4})[-./](\d{2})[-./](\d{2})\s*(-\d{2}:\d{2})$", r"\1-\2-\3T00:00:00\4"),
)
_DAY_AND_MONTH = re.compile(r"\s*(\d{1,2})([./-])(\d{1,2})\2(\d{4})(.*)", re.DOTALL)
_ZONE_AT_END = re.compile(r".*\d\s+([A-Z][A-Za-z]+(?:/[A-Za-z_]+)+|[ECMP][SD]T)\s*")
_MONTH_NAME = (
    r"\b(?i:jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?"
    r"|nov(ember)?|dec(ember)?)\b"
)
_KINDS = (
    (r"\d{4}-?W\d\d", "is an ISO week date"),
    (r"\d{4}-?\d{3}(T|\s|Z|$)", "is a year and a day of the year"),
    (r"\d{4}([-./]?\d\d){2}-\d\d(:?\d\d)?$", "has a day, and then what may be a time of day or an offset"),
    (r".*:60", "has a leap second"),
    (r".*\d\s*[AaPp]\.?[Mm]\b", "is of a clock of 12 hours"),
    (rf".*{_MONTH_NAME}", "has the name of a month"),
    (r".*[+-]\d\d:?\d\d\s+[A-Z]{3,5}$", "has an offset, and the name of a clock: take the name away, or"),
    (
        r".*\d\s+[A-Z]{3,5}$",
        "ends with the short name of a clock, which may be several: take it away and give --timezone, or",
    ),
    (r".*[Tt\s]24:00", "has the hour 24, which is 00:00 of the next day"),
    (r"\d{1,2}:\d\d", "is a time of day without a date"),
    (r"\d{5}(\.\d+)?$", "looks like Excel's number of a day"),
    (r"\d+(\.\d+)?$", "is a number, but no epoch time"),
    (r"\d(\.\d+)?[eE]\+?\d+$", "is a number that has lost its last digits"),
    (r".*(UTC|GMT)\s*[+-]\d", "has an offset that is not written as +02:00"),
)


def as_iso(texts: pa.Array, *, like_the_first: bool) -> pa.Array:
    """Rewrite times; what is no time stays as it is.

    Args:
        texts: the times.
        like_the_first: only what the first one needs: enough for most files, in a fraction of the time.
    """
    if not (like_the_first and len(texts)):
        for pattern, replacement in _RULES:
            texts = pc.replace_substring_regex(texts, pattern, replacement)
        return texts
    for pattern, replacement in _rules_for(texts[0].as_py()):
        sliced = _sliced(texts, pattern, replacement)
        texts = pc.replace_substring_regex(texts, pattern, replacement) if sliced is None else sliced
    return texts


def _sliced(texts: pa.Array, pattern: str, replacement: str) -> pa.Array | None:
    """Replace by position, a tenth of the work, where all texts are laid out as the first; else None."""
    first = texts[0].as_py()
    found = re.search(pattern, first)
    if found is None or pc.any(pc.not_equal(pc.utf8_length(texts), len(first))).as_py():
        return None
    groups = [(0, found.start()), *(span for span in found.regs[1:] if span[0] >= 0)]
    between = zip([end for _, end in groups], [*(start for start, _ in groups[1:]), len(first)], strict=True)
    for start, end in between:
        if start < end and not pc.all(pc.equal(_slice(texts, start, end), first[start:end])).as_py():
            return None
    parts: list[pa.Array | str] = [_slice(texts, *groups[0])]
    for k, part in enumerate(re.split(r"\\(\d)", replacement)):
        start, end = found.span(int(part)) if k % 2 else (-1, -1)
        parts.append(_slice(texts, start, end) if start < end else "" if k % 2 else part)
    return pc.binary_join_element_wise(*parts, "")


def _slice(texts: pa.Array, start: int, end: int) -> pa.Array:
    return pc.utf8_slice_codeunits(texts, start, end)


def _rules_for(text: str) -> list[tuple[str, str]]:
    rules = []
    for pattern, replacement in _RULES:
        after = re.sub(pattern, replacement, text)
        if after != text:
            rules.append((pattern, replacement))
        text = after
    return rules


def have_offsets(iso: pa.Array) -> pa.Array:
    """Tell which times have an offset from UTC."""
    return pc.match_substring_regex(iso, r"T.*(Z|[+-]\d{2}(:?\d{2})?)$")


def are_marked_utc(iso: pa.Array) -> bool:
    """Tell whether the offset of all times is none."""
    return bool(pc.all(pc.match_substring_regex(iso, r"(Z|[+]00(:?00)?)$")).as_py())


def without_zone(texts: pa.Array) -> tuple[pa.Array, str | None]:
    """Take the name of a zone, such as US/Eastern, from the end of each time, where all have the same."""
    found = _ZONE_AT_END.fullmatch(texts[0].as_py()) if len(texts) else None
    if not found or not pc.all(pc.ends_with(pc.utf8_rtrim_whitespace(texts), found[1])).as_py():
        return texts, None
    return pc.replace_substring_regex(texts, rf"\s*{re.escape(found[1])}\s*$", ""), found[1]


def year_is_last(texts: pa.Array) -> bool:
    """Tell whether the year comes after day and month."""
    return len(texts) > 0 and _DAY_AND_MONTH.fullmatch(texts[0].as_py()) is not None


def day_is_first(texts: pa.Array) -> bool | None:
    """Tell whether the day comes before the month: with points it does; else a number above 12 tells."""
    parts = [it for it in map(_DAY_AND_MONTH.fullmatch, texts.to_pylist()) if it]
    if any(it[2] == "." or int(it[1]) > 12 for it in parts):
        return True
    return False if any(int(it[3]) > 12 for it in parts) else None


def with_year_first(texts: pa.Array, *, is_day_first: bool) -> pa.Array:
    """Write the year first where it is last."""
    day, month = (1, 3) if is_day_first else (3, 1)
    parts = [(text, _DAY_AND_MONTH.fullmatch(text)) for text in texts.to_pylist()]
    return pa.array(
        [f"{it[4]}-{it[month]:0>2}-{it[day]:0>2}{it[5]}" if it else text for text, it in parts], pa.string()
    )


def kind_of(text: str, column: str) -> str:
    """Say what a text is that is no time."""
    plain = text.strip()
    if plain == "":
        return "is empty; remove the row"
    if plain == column:
        return "is the column's name again: remove that row"
    what = next((name for pattern, name in _KINDS if re.match(pattern, plain)), "is not a time")
    return f"{what}{'' if what.endswith(', or') else ';'} {HOW_TO_WRITE}"
