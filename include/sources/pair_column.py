"""Which pair a file or a row is of, as the file, its name or whoever loads it says."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.market import PAIRS
from include.sources.errors import BadPricesError
from include.sources.hints import Hints
from include.sources.inputs import Input
from include.sources.pairs import pair_of

# pyarrow makes its compute functions when it is imported
# pyright: reportAttributeAccessIssue=false

_KNOWN = f"the pairs are {' '.join(PAIRS)}"


def pair_of_file(file: Input, hints: Hints) -> str:
    """Find the pair of all bars of a file: said beside it, or in its name or that of a folder.

    Raises:
        BadPricesError: nothing says it.
    """
    if hints.pair:
        pair = pair_of(hints.pair)
        if pair is None:
            raise BadPricesError(f"unknown pair {hints.pair!r}; {_KNOWN}")
        return pair
    for name in file.names:
        pair = pair_of(name)
        if pair is not None:
            return pair
    raise BadPricesError(f"{file}: no column tells its pair, nor does its name: name it with --pair")


def pairs_of_rows(source: str, name: str, column: pa.Array, first_row: int, said: str | None) -> np.ndarray:
    """Return the position in `PAIRS` of each row's pair.

    Args:
        source: the file, for messages.
        name: the column's name.
        column: the pairs as the file names them.
        first_row: the row of the first of them.
        said: the pair of rows that name none.

    Raises:
        BadPricesError: a row names no pair.
    """
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    where = pc.fill_null(column.indices, -1).to_numpy(zero_copy_only=False)
    codes = []
    values = column.dictionary.to_pylist()
    for k, value in [*enumerate(values), (-1, None)]:
        at = np.flatnonzero(where == k)
        try:
            codes.append(PAIRS.index(_pair_named(name, value, said)) if len(at) else 0)
        except BadPricesError as error:
            raise BadPricesError(f"{source}: row {first_row + at[0]}: {error}") from None
    return np.array(codes, int)[where]


def _pair_named(column: str, value: object, said: str | None) -> str:
    text = value.decode(errors="replace") if isinstance(value, bytes) else value
    if isinstance(text, str) and text.strip() == column:
        raise BadPricesError("the columns' names again: remove that row")
    pair = pair_of(text) if isinstance(text, str) else None
    if pair and said and pair != said:
        raise BadPricesError(f"{column} is {value!r}, and --pair says {said}")
    if pair is None and said is None:
        raise BadPricesError(f"unknown pair {value!r}; {_KNOWN}")
    return pair or said or ""
