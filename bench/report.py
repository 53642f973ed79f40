"""What was measured, as build/bench.json, docs/reference/benchmarks.md and on the screen."""

import json
import platform
import statistics
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2
import psutil
from rich.console import Console
from rich.markdown import Markdown

from bench import after, crews
from bench.peers import CONTENDERS, PEERS, PRODUCT
from bench.peers.speed import MANY_MONTHS, STEPS, Turn
from embedded.home import REPOSITORY
from include.stages import STAGES

PLAN_HOURS = 55
"""What the runbook planned for a year, on 32 processors."""
LIBRARIES = ("apache-airflow", "duckdb", "numba", "numpy", "pandas", "polars", "psycopg")
Result = dict[str, Any]


def write_report(found: Result, server_version: str, console: Console) -> None:
    """Write both files, and show the second."""
    numbers = ratios(found)
    build = REPOSITORY / "build" / "bench.json"
    build.write_text(json.dumps({**numbers, "measured": found}, indent=1, default=_plain))
    page = REPOSITORY / "docs" / "reference" / "benchmarks.md"
    page.write_text(render(found, numbers, server_version))
    console.print(Markdown(page.read_text()))
    console.print(f"{page.relative_to(REPOSITORY)} and {build.relative_to(REPOSITORY)} are written.")


def ratios(found: Result) -> dict[str, float]:
    """Return the numbers that have a target, each from things that were measured in turns."""
    turns = found["turns"]
    seconds, peak = _median(turns, "product", "seconds"), max(t["product"]["peak_rss_mb"] for t in turns)
    best = best_accurate_peer(found)
    return {
        "ratio_to_floor": _ratio(turns, "product", "floor", _seconds),
        "ratio_to_parallel_floor": _ratio(turns, "product", "parallel_floor", _seconds),
        "one_at_once_ratio_to_floor": _ratio(turns, "one_at_once", "floor", _seconds),
        "cpu_ratio_to_floor": _ratio(turns, "product", "floor", _cpu),
        "speedup_vs_runbook": runbook_hours(found) * 3600 / seconds,
        "speedup_vs_plan": PLAN_HOURS * 3600 * (found["months"] / 12) / seconds,
        "compute_vs_best_peer": compute_seconds(found, best) / compute_seconds(found, PRODUCT),
        "end_to_end_vs_best_peer": statistics.median(end_to_end(found, best)),
        "one_month_vs_best_peer": statistics.median(
            _sum_of_steps(turn, best, STEPS) / _sum_of_steps(turn, PRODUCT, STEPS) for turn in found["peers"]
        ),
        "at_once_2_vs_1": _ratio(turns, "one_at_once", "product", _seconds),
        "at_once_4_vs_1": _ratio(turns, "one_at_once", "four_at_once", _seconds),
        "workers_2_vs_1": _ratio(turns, "one_at_once", "two_workers", _seconds),
        "locked_share": crews.locked_share(turns),
        **{f"{row['years']}_years_vs_1": row["seconds_vs_year"] for row in by_years(found)},
        "peak_rss_mb": max([peak, *(y["longer"]["peak_rss_mb"] for y in found["years"])]),
        **{f"{name}_seconds": _median(found["after"], name, "seconds") for name in after.LABELS},
        "export_rss_mb": max(turn["export"]["peak_rss_mb"] for turn in found["after"]),
        "skip_seconds": max(found["skip"].values()),
        "dag_import_seconds": statistics.median(d["dag_seconds"] for d in found["dag"]),
    }


def best_accurate_peer(found: Result) -> str:
    """Name the peer with the shortest month among those that meet the contract's accuracy on both months."""
    exact = [name for name in PEERS if all(words.startswith("accurate") for words in found["verdicts"][name])]
    return min(exact, key=lambda name: peer_seconds(found, name, STEPS))


def peer_seconds(found: Result, name: str, steps: Iterable[str]) -> float:
    """Sum up, over the steps, the median over the rounds."""
    turns = found["peers"]
    return sum(statistics.median(_sum_of_steps(turn, name, [step]) for turn in turns) for step in steps)


def _sum_of_steps(turn: Result, name: str, steps: Iterable[str]) -> float:
    return sum(step.seconds for step in turn["steps"] if step.name == name and step.step in steps)


def end_to_end(found: Result, name: str) -> list[float]:
    """Divide the peer's month by one of the product's, for each round."""
    return [
        _sum_of_steps(turn, name, STEPS) / (_seconds(turn["product"]) / found["months"])
        for turn in found["peers"]
    ]


def compute_seconds(found: Result, name: str) -> float:
    """Return a month's computing where many are to do: one by one, or two at once, whichever is faster."""
    return min(peer_seconds(found, name, [how]) for how in MANY_MONTHS)


def runbook_hours(found: Result) -> float:
    """Return what the runbook's way takes for all price rows, one after the other."""
    return sum(found["runbook"].values()) * found["prices"] / 3600


def by_years(found: Result) -> list[Result]:
    """Return medians per month for each length of the history, and those beside the single years around."""
    rows = []
    for years in dict.fromkeys(y["years"] for y in found["years"]):
        runs = [y for y in found["years"] if y["years"] == years]
        longer = [run["longer"] for run in runs]
        rows.append(
            {
                "years": years,
                "seconds": statistics.median(map(_seconds, longer)) / (12 * years),
                "cpu": statistics.median(map(_cpu, longer)) / (12 * years),
                "seconds_vs_year": statistics.median(_beside(run, _seconds) for run in runs),
                "cpu_vs_year": statistics.median(_beside(run, _cpu) for run in runs),
                "peak_rss_mb": max(usage["peak_rss_mb"] for usage in longer),
            }
        )
    return rows


def _beside(run: Result, cost: Callable[[Result], float]) -> float:
    """Return what a year of the longer history costs, in single years."""
    return cost(run["longer"]) / run["years"] / statistics.mean(map(cost, run["single"]))


def render(found: Result, numbers: dict[str, float], server_version: str) -> str:
    """Render docs/reference/benchmarks.md."""
    environment = jinja2.Environment(  # noqa: S701 - Markdown, of our own numbers
        loader=jinja2.FileSystemLoader(Path(__file__).parent), undefined=jinja2.StrictUndefined
    )
    return environment.get_template("benchmarks.md.j2").render(
        found=found,
        ratio=numbers,
        median=lambda what, field: _median(found["turns"], what, field),
        alone=lambda stage: statistics.median(t["alone"][stage]["seconds"] for t in found["turns"]),
        spread_over=lambda floor: _spread(
            _seconds(t["product"]) / _seconds(t[floor]) for t in found["turns"]
        ),
        end_to_end_spread=_spread(end_to_end(found, best_accurate_peer(found))),
        compute=lambda name: compute_seconds(found, name),
        peer=lambda name, step: peer_seconds(found, name, [step]),
        middle=lambda what, field: statistics.median(each[field] for each in found[what]),
        peers=CONTENDERS,
        best=best_accurate_peer(found),
        steps=STEPS,
        stages=[stage.name for stage in STAGES],
        crews=crews.table(found),
        after=after.table(found["after"]),
        parts=crews.parts(found["turns"], found["months"]),
        same_bytes=len(set(found["digests"].values())) == 1,
        years=by_years(found),
        runbook_hours=runbook_hours(found),
        plan_hours=PLAN_HOURS,
        when=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=_machine(),
        versions={"PostgreSQL": server_version, "Python": platform.python_version()}
        | {name: version(name) for name in LIBRARIES},
    )


def _machine() -> str:
    info = Path("/proc/cpuinfo")
    models = [line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line]
    memory = psutil.virtual_memory().total / 2**30
    model = models[0] if models else platform.processor()
    return f"{psutil.cpu_count()} processors ({model}), {memory:.0f} GiB"


def _seconds(usage: Result) -> float:
    return usage["seconds"]


def _cpu(usage: Result) -> float:
    return usage["client_cpu"] + usage["server_cpu"]


def _median(turns: list[Result], what: str, field: str) -> float:
    return statistics.median(turn[what][field] for turn in turns)


def _ratio(turns: list[Result], what: str, over: str, cost: Callable[[Result], float]) -> float:
    """Return the median of the rounds' ratios: what else the machine does in a round hits both."""
    return statistics.median(cost(turn[what]) / cost(turn[over]) for turn in turns)


def _spread(each: Iterable[float]) -> str:
    ordered = sorted(each)
    return f"{ordered[0]:.2f} to {ordered[-1]:.2f}"


def _plain(value: object) -> object:
    return asdict(value) if isinstance(value, Turn) else str(value)
