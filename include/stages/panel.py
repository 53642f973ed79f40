"""What goes into a stage: prices on the grid, and the scale that all months share."""

from dataclasses import dataclass

import numpy as np

from include.market import CURRENCIES, PAIRS


@dataclass(frozen=True, slots=True)
class Panel:
    """Close prices of the 28 pairs on the grid.

    Attributes:
        ts: bar opening times, UTC, `datetime64[us]`, strictly increasing, shape [T].
        close: close prices in quote currency per unit of base currency, shape [28, T], NaN = no bar.
    """

    ts: np.ndarray
    close: np.ndarray

    def __post_init__(self) -> None:
        """Refuse shapes and orders that no stage can work with."""
        if self.close.shape != (len(PAIRS), len(self.ts)):
            raise ValueError(f"close has shape {self.close.shape}, wanted {(len(PAIRS), len(self.ts))}")
        if not (np.diff(self.ts) > np.timedelta64(0, "us")).all():
            raise ValueError("the grid's timestamps must be strictly increasing")

    def __len__(self) -> int:
        """Return the number of bars."""
        return len(self.ts)

    def then(self, later: "Panel") -> "Panel":
        """Return these bars, followed by the later ones."""
        return Panel(np.concatenate([self.ts, later.ts]), np.concatenate([self.close, later.close], axis=1))

    def slice(self, start: int, end: int) -> "Panel":
        """Return the bars start <= t < end, without copying."""
        return Panel(self.ts[start:end], self.close[:, start:end])


@dataclass(frozen=True, slots=True)
class BasketBase:
    """The base bar: one scale for every month.

    Attributes:
        ts: opening time of the bar t0, UTC.
        values: currency values v_c(t0) in log units, shape [8].
    """

    ts: np.datetime64
    values: np.ndarray

    def __post_init__(self) -> None:
        """Refuse a scale in which a value is missing: it would make every index NULL."""
        if self.values.shape != (len(CURRENCIES),) or not np.isfinite(self.values).all():
            raise ValueError(f"the basket base at {self.ts} needs 8 finite values, has {self.values}")
