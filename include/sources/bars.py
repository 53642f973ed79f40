"""Bars, as a source gives them and as the loader takes them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

FIELDS = ("open", "high", "low", "close", "volume")
BARS = ("ts_utc", "pair", *FIELDS)


@dataclass(frozen=True, slots=True)
class PairBars:
    """Bars of one pair, in any order.

    Attributes:
        pair: the pair.
        ts: their times, UTC, `datetime64[us]`, shape [B].
        known: what is known of `FIELDS`, shape [B] each; NaN = not known.
    """

    pair: str
    ts: np.ndarray
    known: dict[str, np.ndarray]

    def field(self, name: str) -> np.ndarray:
        """Return the values of a field, all NaN where the source does not have it."""
        return self.known[name] if name in self.known else np.full(len(self.ts), np.nan)


def to_bars(closes: pd.DataFrame) -> pd.DataFrame:
    """Turn wide close prices, index `ts_utc`, into a long table of bars: the columns `BARS`."""
    long = closes.reset_index().melt(id_vars="ts_utc", var_name="pair", value_name="close")
    return long.dropna(subset=["close"]).reindex(columns=list(BARS))


def by_pair(bars: pd.DataFrame) -> Iterator[PairBars]:
    """Take a long table apart into the bars of each pair."""
    for pair, rows in bars.groupby("pair", sort=False):
        ts = rows["ts_utc"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[us]")
        known = {name: rows[name].to_numpy(float) for name in FIELDS if name in rows}
        yield PairBars(str(pair), ts, known)


def to_table(parts: list[PairBars]) -> pd.DataFrame:
    """Put the bars of pairs into one long table, sorted by pair and time."""
    tables = [
        pd.DataFrame(
            {
                "ts_utc": pd.DatetimeIndex(part.ts, tz="UTC"),
                "pair": part.pair,
                **{name: part.field(name) for name in FIELDS},
            }
        )
        for part in parts
    ]
    return pd.concat(tables).sort_values(["pair", "ts_utc"], ignore_index=True)
