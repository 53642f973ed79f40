"""`make bench`: measures the product at full scale, beside the floor and its peers, and writes what came out."""

import statistics
from collections.abc import Iterable
from typing import Annotated, Any

import typer
from rich.console import Console

from bench.child import in_child
from bench.peers import PEERS, PRODUCT
from bench.peers.accuracy import MONTHS as CASES
from bench.peers.accuracy import compare, verdict
from bench.peers.months import calm
from bench.peers.speed import STEPS, take_turns
from bench.product import forget
from bench.report import write_report
from bench.server import Server, first_months, load_prices, server
from include.months import Month
from include.settings import Settings
from include.stages import STAGES
from include.store.connection import connect
from include.store.prices import price_tables

YEARS = (1, 2, 4, 10)
console = Console()


def main(
    months: Annotated[int, typer.Option(help="Length of the history; a year is the full scale.")] = 12,
    rounds: Annotated[int, typer.Option(help="How often everything takes its turn.")] = 3,
    *,
    scale: Annotated[bool, typer.Option(help="Also 2, 4 and 10 years.")] = True,
) -> None:
    """Measure, say, write docs/benchmarks.md and build/bench.json."""
    history = first_months(months)
    with server() as it, console.status("") as status:
        status.update(f"loading {months} months")
        size = load(it, history)
        status.update("once before the first round: compilers and caches")
        product(it, history)
        found: dict[str, Any] = {"months": months, **size}
        turns: list[dict[str, Any]] = []
        for turn in range(1, rounds + 1):
            status.update(f"round {turn} of {rounds}")
            turns.append(take_turn(it, history))
        found["turns"] = turns
        status.update("start-up and skipping")
        found["skip_seconds"] = median(
            in_child("bench.product:skip", url=it.url, stage=stage, months=names(history))
            for stage in STAGES
            for _ in range(rounds)
        )
        found["dag"] = median_of([in_child("bench.startup:dag_import") for _ in range(rounds)])
        found["stage"] = median_of([in_child("bench.startup:stage", name=STAGES[0]) for _ in range(rounds)])
        status.update("the runbook's way")
        found["runbook"] = in_child("bench.runbook:row_seconds", url=it.url, months=names(history))
        status.update("peers")
        found["peers"] = peers(it, history[-1], rounds)
        if scale:
            status.update("longer histories")
            found["scale"] = longer(it, rounds)
    write_report(found, console)


def load(it: Server, history: list[Month]) -> dict[str, int]:
    """Have the prices there; how many they are."""
    with connect(it.url) as conn:
        load_prices(conn, history)
        counts = price_tables(Settings()).for_each("select time, {close} from {table}")
        ...


def take_turn(it: Server, history: list[Month]) -> dict[str, Any]:
    """One round: the product with two workers and with one, each stage alone, the floor in both ways."""
    alone = {stage: product(it, history, [stage])["seconds"] for stage in STAGES}
    serial = product(it, history, workers=1)
    floor = {connections: copy_in(it, history, connections) for connections in (1, 2)}
    ...


if __name__ == "__main__":
    typer.run(main)
