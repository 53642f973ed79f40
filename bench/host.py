"""How fast this machine hands out memory for what is written to files: it differs from hour to hour."""

import time
from pathlib import Path
from tempfile import TemporaryFile

GIGABYTE = 10**9
CHUNK = bytes(8_000_000)
FREED_MEMORY_IS_BACK_SECONDS = 5  # the kernel reports it every two


def page_cache(folder: Path) -> dict[str, float]:
    """Measure the seconds for a gigabyte into the cache of files, not onto the disk.

    A virtual machine's host may take back what its guest has freed, and give it again page by page when it is
    needed (free page reporting: docs.kernel.org/mm/free_page_reporting.html). Then the first time is slower.

    Returns:
        `first`, and `again`: at once afterwards, in the memory which that has freed.
    """
    time.sleep(FREED_MEMORY_IS_BACK_SECONDS)
    return {when: _write(folder) for when in ("first", "again")}


def _write(folder: Path) -> float:
    with TemporaryFile(buffering=0, dir=folder) as file:
        started = time.perf_counter()
        for _ in range(GIGABYTE // len(CHUNK)):
            file.write(CHUNK)
        return time.perf_counter() - started
