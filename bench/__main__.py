"""`make bench`: the product at full scale beside the floor, the peers and the runbook, and what came out."""

import itertools
from typing import Annotated, Any

import typer
from rich.console import Console

from bench import after
from bench.child import in_child
from bench.crews import CREWS
from bench.host import page_cache
from bench.peers import CONTENDERS
from bench.peers.accuracy import MONTHS as CASES
from bench.peers.accuracy import compare, verdict
from bench.peers.months import calm
from bench.peers.speed import take_turns
from bench.report import write_report
from bench.server import HOME, TABLES, Server, first_months, forget, load_prices, server
from include.months import Month
from include.stages import STAGES
from include.store.connection import connect

LONGER = (2, 4, 10)
"""Years of history, each measured between two measurements of a single year."""
PEERS_TURNS = 3
"""Turns in a round: a month of theirs is a second, in which a noisy machine shows."""
console = Console()
Result = dict[str, Any]


def main(
    months: Annotated[int, typer.Option(help="Length of the history: a year is the full scale.")] = 12,
    rounds: Annotated[int, typer.Option(help="How often each takes its turn.")] = 3,
    *,
    years: Annotated[bool, typer.Option(help="Also 2, 4 and 10 years.")] = True,
) -> None:
    """Measure, write docs/reference/benchmarks.md and build/bench.json, and show them."""
    history = first_months(months)
    with server() as postgres:
        _say(f"loading {months} months of one-minute prices")
        found: Result = load_prices(postgres.url, history)
        _say("once, before it counts: compilers and caches")
        _product(postgres, history)
        found["turns"] = [_turn(postgres, history, n, rounds) for n in range(1, rounds + 1)]
        _say("the same bytes, however many at once")
        found["digests"] = _digests(postgres, history)
        _say("start-up, skipping, and the runbook's way")
        found["skip"] = in_child("bench.product:skip", url=postgres.url, months=_names(history))
        found["dag"] = [in_child("bench.startup:dag_import") for _ in range(rounds)]
        found["stage"] = [in_child("bench.startup:stage", name=STAGES[0].name) for _ in range(rounds)]
        found["runbook"] = in_child("bench.runbook:row_seconds", url=postgres.url, months=_names(history))
        found["after"] = [_after(postgres, history, n, rounds) for n in range(1, rounds + 1)]
        _say("peers")
        # the first time, caches are filled and compilers at work
        turns = itertools.islice(itertools.cycle([CONTENDERS, CONTENDERS[::-1]]), PEERS_TURNS * rounds)
        found["peers"] = [_beside_peers(postgres, history, names) for names in (CONTENDERS, *turns)][1:]
        found["verdicts"] = _verdicts(history[-1])
        found["years"] = _years(postgres, rounds) if years else []
        server_version = _server_version(postgres)
    write_report(found, server_version, console)


def _turn(postgres: Server, history: list[Month], n: int, rounds: int) -> Result:
    """Measure everything once, the stages before the floor that sends their rows."""
    _say(f"round {n} of {rounds}")
    alone = {stage.name: _product(postgres, history, [stage.name]) for stage in STAGES}
    crews = {
        name: _product(postgres, history, at_once=crew.at_once, shards=crew.shards)
        for name, crew in CREWS.items()
    }
    months = _names(history)
    floor, parallel_floor = (
        in_child(
            "bench.floor:copy_in",
            url=postgres.url,
            server=postgres.pid,
            months=months,
            connections=connections,
        )
        for connections in (1, 2)
    )
    return {
        "alone": alone,
        **crews,
        "floor": floor,
        "parallel_floor": parallel_floor,
        "page_cache": page_cache(HOME),
    }


def _product(
    postgres: Server,
    history: list[Month],
    stages: list[str] | None = None,
    at_once: int = 2,
    shards: int = 1,
    *,
    checkpoint: bool = False,
) -> Result:
    """Measure the stages where nothing has been computed before."""
    forget(postgres.url)
    return in_child(
        "bench.product:compute",
        url=postgres.url,
        server=postgres.pid,
        stages=stages or [stage.name for stage in STAGES],
        months=_names(history),
        at_once=at_once,
        shards=shards,
        checkpoint=checkpoint,
    )


def _digests(postgres: Server, history: list[Month]) -> dict[str, str]:
    """Return a digest of all rows that each of the crews has left behind."""
    digests = {}
    for name, crew in CREWS.items():
        _product(postgres, history, at_once=crew.at_once, shards=crew.shards)
        digests[name] = in_child("bench.product:digest", url=postgres.url)
    return digests


def _after(postgres: Server, history: list[Month], n: int, rounds: int) -> dict[str, Result]:
    """Measure what comes after the stages, where all of them have just computed these months."""
    _say(f"validation, evaluation, export: round {n} of {rounds}")
    return after.turn(in_child, HOME, url=postgres.url, server=postgres.pid, months=_names(history))


def _beside_peers(postgres: Server, history: list[Month], names: tuple[str, ...]) -> Result:
    """Measure the product over the history, and a month of each of the named through the same door."""
    whole = _product(postgres, history)
    return {"product": whole, "steps": take_turns(postgres.url, TABLES, calm(history[-1]), names)}


def _verdicts(month: Month) -> dict[str, list[str]]:
    """Tell of each whether it is exact, on each of the months."""
    verdicts: dict[str, list[str]] = {name: [] for name in CONTENDERS}
    for make in CASES.values():
        for name, families in compare(make(month), CONTENDERS).items():
            verdicts[name].append(verdict(families))
    return verdicts


def _years(postgres: Server, rounds: int) -> list[Result]:
    """Measure longer and longer histories, all of them in each round, the single years before and after."""
    _say(f"loading {LONGER[-1]} years")
    load_prices(postgres.url, first_months(12 * LONGER[-1]))
    measured: list[Result] = []
    for n in range(1, rounds + 1):
        _say(f"round {n} of {rounds}: {', '.join(map(str, LONGER))} years")
        before = _product(postgres, first_months(12), checkpoint=True)
        for years in LONGER:
            longer = _product(postgres, first_months(12 * years), checkpoint=True)
            after = _product(postgres, first_months(12), checkpoint=True)
            measured.append({"years": years, "longer": longer, "single": [before, after]})
            before = after
    forget(postgres.url)
    return measured


def _server_version(postgres: Server) -> str:
    with connect(postgres.url) as conn:
        return conn.info.parameter_status("server_version") or ""


def _names(history: list[Month]) -> list[str]:
    return [str(month) for month in history]


def _say(what: str) -> None:
    console.log(what)


if __name__ == "__main__":
    typer.run(main)
