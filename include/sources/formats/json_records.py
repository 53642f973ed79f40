"""JSON objects, one for each bar: a line each, as BigQuery extracts them, one array, or an answer's list."""

import codecs
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

import pyarrow as pa

from include.sources.columns import PAIR, TIMES, plain_name
from include.sources.errors import BadPricesError
from include.sources.formats.format import Format, Head

BATCH_ROWS = 20_000


def is_json(head: Head) -> bool:
    """Tell whether the file begins as JSON does."""
    return head.text.lstrip("\ufeff \t\r\n").startswith(("{", "["))


def documents(head: Head, stream: BinaryIO) -> Iterator[object]:
    """Read the documents of a file: one for each line, or one in all."""
    lines = codecs.getreader("utf-8-sig" if head.encoding == "utf-8" else head.encoding)(stream)
    first = next(lines, "")
    try:
        yield json.loads(first)
    except json.JSONDecodeError:
        yield json.loads(first + lines.read())
        return
    yield from (json.loads(line) for line in lines if line.strip())


def batches(head: Head, records: Iterable[object]) -> Iterator[pa.RecordBatch]:
    """Make batches of objects, values as text; what lies deeper gets a name with a point, such as `mid.c`."""
    flat = (_flat(head, record) for record in records)
    while rows := list(islice(flat, BATCH_ROWS)):
        names = list(dict.fromkeys(name for row in rows for name in row))
        columns = [pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in names]
        yield pa.RecordBatch.from_arrays(columns, names=names)


def _flat(head: Head, record: object) -> dict[str, object]:
    if not isinstance(record, dict):
        raise BadPricesError(
            f"{head.source}: {record!r:.80} is no bar; give an object for each, with its time"
        )
    flat: dict[str, object] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": it for inner, it in value.items()}
        else:
            flat[name] = value
    return flat


def _text(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _bars_of(found: object) -> Iterable[object]:
    """Find the bars of a document: itself, its items, or its list, as Polygon and Twelve Data answer."""
    if isinstance(found, list):
        return found
    if not isinstance(found, dict) or any(plain_name(name) in TIMES for name in found):
        return [found]
    lists = [name for name, it in found.items() if isinstance(it, list) and it and isinstance(it[0], dict)]
    if len(lists) != 1:
        return [found]
    # of what stands beside the list only what names the pair: a last close there is no bar's close
    beside = {name: it for name, it in found.items() if plain_name(name) in PAIR or isinstance(it, dict)}
    return [{**beside, **bar} if isinstance(bar, dict) else bar for bar in found[lists[0]]]


def _read(head: Head, stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    yield from batches(head, (bar for found in documents(head, stream) for bar in _bars_of(found)))


FORMAT = Format("JSON", is_json, _read)
