"""What a file cannot say, and whoever loads it can."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hints:
    """What is said about files beside them.

    Attributes:
        pair: the pair of all of their bars.
        timezone: the clock of times without an offset, such as America/New_York or America/New_York+7;
            also of times that are marked as UTC, whose marks are then wrong.
        time_column: the column of times.
        close_column: the column of close prices.
    """

    pair: str | None = None
    timezone: str | None = None
    time_column: str | None = None
    close_column: str | None = None
