"""How fast the product and its peers are: `python -m bench.peers.speed [--url U] [--rounds N]`.

One month in its own PostgreSQL, or in an empty database of yours. All take turns, so that what else the
machine does hits all of them; the first turn of each is for its compilers and caches, and does not count.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import pandas as pd
from rich.console import Console
from rich.table import Table

from bench.peers import PEERS, PRODUCT, peer
from bench.peers.months import Input, calm
from embedded import postgres
from embedded.home import Home
from include.market import PAIRS
from include.months import month_of, parse_month, start_of
from include.settings import Settings
from include.sources.files import to_bars
from include.store.connection import connect
from include.store.load import load_bars
from include.store.prices import PriceTables, price_tables
from include.store.schema import SCHEMA

STEPS: Final = ("read", "compute", "write")


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of one turn.

    Attributes:
        name: Who.
        step: One of `STEPS`.
        seconds: How long it took.
        cpu_seconds: What this process used meanwhile, on all cores; PostgreSQL's part is not in it.
    """

    name: str
    step: str
    seconds: float
    cpu_seconds: float


def load(url: str, tables: PriceTables, case: Input) -> None:
    """Put the input's prices into the price tables."""
    index = pd.DatetimeIndex(case.panel.ts, tz="UTC", name="ts_utc")
    with connect(url) as conn:
        load_bars(conn, tables, to_bars(pd.DataFrame(case.panel.close.T, index=index, columns=list(PAIRS))))


def take_turns(
    url: str, tables: PriceTables, case: Input, names: tuple[str, ...], rounds: int
) -> Iterator[Turn]:
    """Read, compute and write the month `rounds` times, and once before that does not count."""
    for turn in range(rounds + 1):
        for name in names:
            steps = list(_turn(url, tables, case, name))
            if turn > 0:
                yield from steps


def _turn(url: str, tables: PriceTables, case: Input, name: str) -> Iterator[Turn]:
    it = peer(name)
    end = start_of(month_of(case.start) + 1)
    schema = SCHEMA if name == PRODUCT else f"bench_{name}"
    prices, turn = _timed(name, "read", lambda: it.read(url, tables, case.start, end))
    yield turn
    features, turn = _timed(name, "compute", lambda: it.compute(prices, case.base, case.start))
    yield turn
    _, turn = _timed(name, "write", lambda: it.write(url, schema, features))
    yield turn


def _timed(name: str, step: str, work: Callable[[], Any]) -> tuple[Any, Turn]:
    seconds, cpu_seconds = time.perf_counter(), time.process_time()
    result = work()
    return result, Turn(name, step, time.perf_counter() - seconds, time.process_time() - cpu_seconds)


def table_of(turns: list[Turn]) -> Table:
    """A line each: medians over the turns, wall clock and (CPU) seconds of each step, and their sum."""
    table = Table("", *(f"{step} s (CPU)" for step in STEPS), "sum s (CPU)")
    for name in dict.fromkeys(turn.name for turn in turns):
        medians = [_medians([t for t in turns if (t.name, t.step) == (name, step)]) for step in STEPS]
        medians.append((sum(wall for wall, _ in medians), sum(cpu for _, cpu in medians)))
        table.add_row(name, *(f"{wall:.2f} ({cpu:.2f})" for wall, cpu in medians))
    return table


def _medians(turns: list[Turn]) -> tuple[float, float]:
    return median(t.seconds for t in turns), median(t.cpu_seconds for t in turns)


@contextmanager
def own_database() -> Iterator[str]:
    """The URL of a database of a server that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="tier1-bench-") as folder:
        home = Home(Path(folder) / ".tier1")
        home.create()
        postgres.start_postgres(home)
        try:
            yield postgres.database_url(home, "postgres")
        finally:
            postgres.stop_postgres(home)


def main() -> None:
    """Load a month, let all take their turns, say what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="an empty database; default: a server of its own")
    parser.add_argument("--month", type=parse_month, default=parse_month("2024-02"))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    tables = price_tables(Settings())  # pyright: ignore[reportCallIssue]
    case = calm(options.month)
    if options.url:
        _measure(options.url, tables, case, options.rounds)
        return
    with own_database() as url:
        _measure(url, tables, case, options.rounds)


def _measure(url: str, tables: PriceTables, case: Input, rounds: int) -> None:
    load(url, tables, case)
    turns = list(take_turns(url, tables, case, (PRODUCT, *PEERS), rounds))
    console = Console()
    console.print(table_of(turns))
    console.print(f"{len(case.panel) - case.first} bars, medians of {rounds} turns")


if __name__ == "__main__":
    main()
