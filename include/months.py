"""UTC months: the unit of work, of checkpoints and of partitions."""

import re
from datetime import UTC, datetime

import numpy as np

Month = np.datetime64
"""A month is a `datetime64[M]`: it prints as YYYY-MM, sorts, and adds integers."""


def parse_month(text: str) -> Month:
    """The month of a `YYYY-MM` text.

    Raises:
        ValueError: The text is not a month, such as 2024-13 or 2024-1.
    """
    if not re.fullmatch(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", text):
        raise ValueError(f"{text!r} is not a month: write YYYY-MM, for example 2024-03")
    return np.datetime64(text, "M")


def month_range(first: Month, last: Month) -> list[Month]:
    """All months from `first` to `last`, both included.

    Raises:
        ValueError: `first` lies after `last`.
    """
    if first > last:
        raise ValueError(f"the first month {first} lies after the last month {last}: swap them")
    return list(np.arange(first, last + 1))


def start_of(month: Month) -> datetime:
    """Midnight UTC of the first day of the month."""
    return month.astype("datetime64[us]").item().replace(tzinfo=UTC)


def month_of(moment: datetime) -> Month:
    """The UTC month of an aware time."""
    return np.datetime64(moment.astimezone(UTC).strftime("%Y-%m"), "M")
