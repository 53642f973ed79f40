"""How far ./tier1 load is, on a terminal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.console import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from include.sources.reading import Reading


@contextmanager
def progress_of(readings: list[Reading]) -> Iterator[tuple[Callable[[Reading], None], Callable[[str], None]]]:
    """Show a bar while files are read, by bytes, for nobody knows the rows; then which table is written.

    Yields:
        What to call when some of a file has been read, and what when a pair's table is about to be written.
    """
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    sizes = {it.file.path: it.file.path.stat().st_size for it in readings}
    done: dict[Path, int] = {}
    columns = BarColumn(), DownloadColumn(), TimeRemainingColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=sum(sizes.values()))

        def read(reading: Reading) -> None:
            done[reading.file.path] = max(done.get(reading.file.path, 0), reading.position)
            progress.update(task, completed=sum(done.values()), description=reading.file.names[0])

        def written(pair: str) -> None:
            progress.update(task, completed=sum(sizes.values()), description=f"into the table of {pair}")

        yield read, written
