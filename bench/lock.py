"""What part of a process's work holds the interpreter's lock, which only one of its threads can have.

A timer of processor time interrupts whichever thread is at work. Its handler, compiled code that needs no
lock, asks CPython whether this thread has it. So it counts processor time, and other programs on the machine
do not disturb: a thread that waits for the database, for a processor or for the lock itself is not seen.
"""

import ctypes
import os
import signal
from collections.abc import Callable

from numba import cfunc, types

TICK_SECONDS = 0.001  # at the most: Linux looks at such timers a few hundred times a second
_LIBC = ctypes.CDLL(None)
_has_lock: Callable[[], int] = _LIBC.PyGILState_Check
_has_lock.argtypes, _has_lock.restype = [], ctypes.c_int  # pyright: ignore[reportFunctionMemberAccess]
# adding to such a file is one system call, which a handler may make, whatever it has interrupted
_add: Callable[[int, int], int] = _LIBC.eventfd_write
_add.argtypes, _add.restype = [ctypes.c_int, ctypes.c_uint64], ctypes.c_int  # pyright: ignore[reportFunctionMemberAccess]
_LOCKED, _UNLOCKED = (os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC) for _ in range(2))


@cfunc(types.void(types.int32))
def _tick(_: int) -> None:
    _add(_LOCKED if _has_lock() else _UNLOCKED, 1)


def start() -> None:
    """Count from now on."""
    _LIBC.signal.argtypes = [ctypes.c_int, ctypes.c_void_p]
    _LIBC.signal(signal.SIGPROF, _tick.address)
    signal.siginterrupt(signal.SIGPROF, False)  # noqa: FBT003 - its only form: system calls go on
    signal.setitimer(signal.ITIMER_PROF, TICK_SECONDS, TICK_SECONDS)


def counted() -> dict[str, int]:
    """Return how often a thread at work was seen with the lock and without it, since the last question."""
    return {"with_lock": _read(_LOCKED), "without_lock": _read(_UNLOCKED)}


def _read(file: int) -> int:
    try:
        return os.eventfd_read(file)
    except BlockingIOError:
        return 0
