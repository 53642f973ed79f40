"""Which files an argument of `./tier1 load` names: a file, a folder, a pattern, what is in an archive."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from include.sources.errors import BadPricesError, read_as

_UNPACKED_BY = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_LONGEST_MAGIC = 6


@dataclass(frozen=True, slots=True)
class Input:
    """One file to read, perhaps in an archive.

    Attributes:
        path: where it is, as the user would write it.
        member: its name in the archive; None: it is the file itself.
        is_part: it is one of several that stand for one thing, and may be empty.
    """

    path: Path
    member: str | None = None
    is_part: bool = False

    def __str__(self) -> str:
        return f"{self.path}" if self.member is None else f"{self.path}: {self.member}"

    @property
    def names(self) -> list[str]:
        """What the file and its folders are called, the nearest first."""
        inside = [] if self.member is None else list(reversed(Path(self.member).parts))
        return [*inside, *reversed(self.path.parts)]

    def open(self, raw: BinaryIO) -> BinaryIO:
        """Open what is in the file's bytes, `raw`, unpacked where it is packed; told by its first bytes."""
        return _unpacked(raw if self.member is None else _member(raw, self.member))


def _member(raw: BinaryIO, name: str) -> BinaryIO:
    with zipfile.ZipFile(raw) as archive:  # what was opened in it stays open
        return io.BufferedReader(archive.open(name))  # pyright: ignore[reportArgumentType]


def _unpacked(raw: BinaryIO) -> BinaryIO:
    magic = raw.read(_LONGEST_MAGIC)
    raw.seek(0)
    for start, opened in _UNPACKED_BY.items():
        if magic.startswith(start):
            return io.BufferedReader(opened(raw))  # pyright: ignore[reportArgumentType]
    return raw


def inputs_of(argument: str) -> list[Input]:
    """Find the files that an argument names, in the order of their names.

    Raises:
        BadPricesError: there is none.
    """
    with read_as(argument, "a file or a folder"):
        return _inputs_of(argument)


def _inputs_of(argument: str) -> list[Input]:
    if not argument.strip():  # a variable of a shell that is not set; as a path it would be this folder
        raise BadPricesError("an argument is empty: name a file, a folder or a pattern")
    path = Path(argument)
    if path.is_file():
        found = list(_in_archive(path))
    elif path.is_dir():
        found = [it for file in _in_folder(path) for it in _in_archive(file, is_part=True)]
    else:
        files = sorted(set(_matching(argument)))  # `**/*` matches a folder, and what is in it
        found = [it for file in files for it in _in_archive(file, is_part=len(files) > 1)]
        if not found:
            raise BadPricesError(f"{argument}: no such file")
    if not found:
        raise BadPricesError(f"{argument}: no file in it")
    return found


def _matching(pattern: str) -> Iterator[Path]:
    """Find the files of a pattern such as `prices/*.csv`, and those of the folders that it matches."""
    if not any(sign in pattern for sign in "*?["):
        return
    path = Path(pattern)
    fixed = Path(path.anchor)
    for found in fixed.glob(str(path.relative_to(path.anchor))):
        yield from _in_folder(found) if found.is_dir() else [found]


def _in_folder(folder: Path) -> list[Path]:
    """Find the files in a folder and below it, but for what tools leave beside their data."""
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file() and not any(_is_beside(part) for part in file.relative_to(folder).parts)
    )


def _is_beside(name: str) -> bool:
    """Tell whether a name is one of a tool's own: `_SUCCESS`, `.crc`, `__MACOSX`."""
    return name.startswith((".", "_"))


def _in_archive(path: Path, *, is_part: bool = False) -> Iterator[Input]:
    with path.open("rb") as file:
        magic = file.read(_LONGEST_MAGIC)
    if not magic.startswith((_ZIP, _EMPTY_ZIP)):
        yield Input(path, is_part=is_part)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = [it.filename for it in archive.infolist() if not it.is_dir()]
    except zipfile.BadZipFile as error:
        raise BadPricesError(f"{path}: cannot be read as zip: {error}; is it cut off?") from error
    data = [it for it in sorted(members) if not any(map(_is_beside, Path(it).parts))]
    stems = {Path(it).stem for it in data if not it.endswith(".txt")}
    for member in data:  # HistData puts a text with the gaps beside its prices
        if not (member.endswith(".txt") and Path(member).stem in stems):
            yield Input(path, member, is_part=is_part or len(data) > 1)
