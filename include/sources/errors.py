"""The one way in which a source says that its prices cannot be used."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

# what libraries say at bytes that they cannot read
_UNREADABLE = (
    pa.ArrowException, ValueError, OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile,
    TypeError, NotImplementedError, RuntimeError, ArithmeticError, LookupError,
)  # fmt: skip


class BadPricesError(ValueError):
    """Prices that cannot be used; the message names file, row or time, value and remedy."""


@contextmanager
def read_as(source: object, form: str) -> Iterator[None]:
    """Say which file it is that a library cannot read, and as what."""
    try:
        yield
    except BadPricesError as error:
        if str(error).startswith(str(source)):
            raise
        raise BadPricesError(f"{source}: {error}") from error
    except _UNREADABLE as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise BadPricesError(f"{source}: cannot be read as {form}: {said[:300]}") from error
