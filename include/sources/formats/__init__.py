"""The formats that files have, told by what is in them: the first that recognizes a file reads it.

A format is a module with a `FORMAT`, and a line here; the general ones come last.
"""

from include.sources.formats import (
    delimited,
    histdata,
    json_records,
    metatrader,
    oanda,
    other,
    parquet,
    workbook,
    yfinance,
)
from include.sources.formats.format import Format

FORMATS: tuple[Format, ...] = (
    parquet.FORMAT,
    workbook.FORMAT,
    other.FORMAT,
    oanda.FORMAT,
    json_records.FORMAT,
    histdata.FORMAT,
    metatrader.WITHOUT_HEADER,
    metatrader.WITH_HEADER,
    yfinance.FORMAT,
    delimited.FORMAT,
)
