"""Whether two series move together, and if not now, then how much earlier or later."""

import numpy as np

_SAMPLE = 2_000
_MOST_STEPS = 4_000_000


def correlation_of_changes(a: np.ndarray, b: np.ndarray) -> float:
    """Return the correlation of the changes of two series of prices; 0 where one does not move.

    Large changes are cut, so that a bad tick does not outweigh all others.
    """
    a, b = _cut(np.diff(a)), _cut(np.diff(b))
    # not BLAS: its threads spin for longer than they work
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / norm if norm else 0.0


def best_lag(a: np.ndarray, b: np.ndarray, steps: np.ndarray, longest: int) -> tuple[int, float]:
    """Find by how many steps `a` is later than `b`.

    Args:
        a: prices, NaN = none, shape [T].
        b: the same.
        steps: the time of each in even steps from 0 on, int, increasing, shape [T].
        longest: the longest lag that is looked for, in steps.

    Returns:
        The lag, negative where `a` is earlier; the correlation of the changes then. It is 0 where one of them
        does not move.
    """
    length = int(steps[-1]) + 1
    if length > _MOST_STEPS:
        return 0, 0.0
    a, b = (_cut(np.diff(_filled(row, steps, length))) for row in (a, b))
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    if not norm:
        return 0, 0.0
    most = min(length // 4, longest)
    size = 1 << (length + most).bit_length()  # long enough for the end not to meet the beginning
    fits = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size) / norm
    lags = np.arange(-most, most + 1)
    best = int(lags[fits[lags].argmax()])
    return best, float(fits[best])


def _cut(changes: np.ndarray) -> np.ndarray:
    """Cut changes at five times the typical one."""
    sizes = np.abs(changes[changes != 0.0])
    if not len(sizes):
        return changes
    most = 5.0 * float(np.median(sizes[:: max(1, len(sizes) // _SAMPLE)]))
    return np.clip(changes, -most, most)


def _filled(row: np.ndarray, steps: np.ndarray, length: int) -> np.ndarray:
    """Put the row on even steps; where there is no price, the last one stays."""
    even = np.full(length, np.nan)
    there = ~np.isnan(row)
    even[steps[there]] = row[there]
    last = np.where(np.isnan(even), -1, np.arange(length))
    np.maximum.accumulate(last, out=last)
    return even[np.where(last < 0, steps[there][0], last)]
