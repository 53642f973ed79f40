"""What OANDA's v20 API answers: `{"instrument": "EUR_USD", "candles": [{"time": ..., "mid": {"o": ...}}]}`.

The candle that is not complete yet is left out: its close is not known.
"""

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from include.sources.errors import BadPricesError
from include.sources.formats.format import Format, Head
from include.sources.formats.json_records import batches, documents, is_json


def _recognizes(head: Head) -> bool:
    return is_json(head) and '"candles"' in head.text


def _candles(head: Head, answer: object) -> Iterator[dict]:
    if isinstance(answer, list):
        for one in answer:
            yield from _candles(head, one)
        return
    if not (isinstance(answer, dict) and isinstance(answer.get("candles"), list)):
        raise BadPricesError(f"{head.source}: {answer!r:.80} is no answer of OANDA's with candles")
    for candle in answer["candles"]:
        if not isinstance(candle, dict):
            raise BadPricesError(f"{head.source}: {candle!r:.80} is no candle")
        if candle.get("complete", True):
            named = {"instrument": answer["instrument"]} if "instrument" in answer else {}
            yield {**named, **{name: it for name, it in candle.items() if name != "complete"}}


def _read(head: Head, stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    yield from batches(head, (bar for it in documents(head, stream) for bar in _candles(head, it)))


FORMAT = Format("OANDA", _recognizes, _read)
