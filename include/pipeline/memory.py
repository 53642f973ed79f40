"""What the C library does with freed memory."""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # mallopt(3)
_NEVER = 2**31 - 1


def keep_freed_memory() -> None:
    """Have this process keep the arrays that a month has freed, for those of the next month.

    glibc gives large ones back to the kernel, which clears them page by page when they are wanted again: an
    eighth of the processor time of a stage's process. An arena for each thread could not keep them, hence
    only one. Does nothing with another C library.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(_ARENA_MAX, 1)
        mallopt(_MMAP_THRESHOLD, _NEVER)
        mallopt(_TRIM_THRESHOLD, _NEVER)
