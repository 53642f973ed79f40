"""How fast the product and its peers are at one month, each step for itself."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final

from bench.peers import PRODUCT, Peer, peer
from bench.peers.months import Input
from include.months import month_of, start_of
from include.store.connection import connect
from include.store.prices.tables import PriceTables
from include.store.schema import SCHEMA

STEPS: Final = ("read", "compute", "write")
MANY_MONTHS: Final = {"compute one by one": 1, "compute two at once": 2}
"""Further steps: to compute several months, in so many threads besides those of the library."""
MONTHS: Final = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of one turn.

    Attributes:
        name: who.
        step: one of `STEPS` or `MANY_MONTHS`.
        seconds: how long it took, for a month.
        cpu_seconds: what this process used meanwhile, on all cores; PostgreSQL's part is not in it.
    """

    name: str
    step: str
    seconds: float
    cpu_seconds: float


def take_turns(url: str, tables: PriceTables, case: Input, names: Iterable[str]) -> list[Turn]:
    """Let each of them read, compute and write the month once."""
    return [step for name in names for step in _turn(url, tables, case, name)]


def _turn(url: str, tables: PriceTables, case: Input, name: str) -> Iterator[Turn]:
    contender = peer(name)
    with connect(url) as conn:
        conn.execute("checkpoint")  # what has been written before waits for the disk no longer
    end = start_of(month_of(case.start) + 1)
    schema = SCHEMA if name == PRODUCT else f"bench_{name}"
    prices, turn = _timed(name, "read", lambda: contender.read(url, tables, case.start, end))
    yield turn
    features, turn = _timed(name, "compute", lambda: contender.compute(prices, case.base, case.start))
    yield turn
    for step, threads in MANY_MONTHS.items():
        _, turn = _timed(name, step, lambda threads=threads: _compute_many(contender, case, prices, threads))
        yield replace(turn, seconds=turn.seconds / MONTHS, cpu_seconds=turn.cpu_seconds / MONTHS)
    _, turn = _timed(name, "write", lambda: contender.write(url, schema, features))
    yield turn


def _compute_many(contender: Peer, case: Input, prices: Any, threads: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: contender.compute(prices, case.base, case.start), range(MONTHS)))


def _timed(name: str, step: str, work: Callable[[], Any]) -> tuple[Any, Turn]:
    seconds, cpu_seconds = time.perf_counter(), time.process_time()
    result = work()
    return result, Turn(name, step, time.perf_counter() - seconds, time.process_time() - cpu_seconds)
