"""What comes after the stages: validation, evaluation, export. Each function wants a process of its own."""

# ruff: noqa: PLC0415 - none of them pays for what another one imports

import statistics
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.usage import Meter
from include.months import MonthRange
from include.settings import Settings
from include.store.connection import connect

SETTINGS = Settings()  # pyright: ignore[reportCallIssue]
LABELS = {
    "validate": "`validate`",
    "evaluate": "`evaluate`",
    "export": "`export`, into new files",
    "export_again": "`export`, where all files are right",
}
Result = dict[str, Any]


def validate(url: str, server: int, months: list[str]) -> Result:
    """Measure the validation of these months.

    Raises:
        RuntimeError: a claim does not hold.
    """
    from include.store.checks.validate import validate as look

    meter = Meter(server)
    with connect(url) as conn, connect(url) as beside, meter:
        findings = look(conn, MonthRange.of_texts(months[0], months[-1]), SETTINGS, "bench", beside)
    wrong = [finding.in_words() for finding in findings if not finding.holds]
    if wrong:
        raise RuntimeError("\n".join(wrong))
    return asdict(meter.usage) | {"what": f"{len(findings)} claims"}


def evaluate(url: str, server: int, months: list[str]) -> Result:
    """Measure profiling these months, and finding out whether TIER 1 helps."""
    import include.pipeline.benefit  # noqa: F401 - what is imported comes before the clock
    from include.pipeline.evaluation import evaluation

    meter = Meter(server)
    with connect(url) as conn, meter:
        found = evaluation(conn, SETTINGS, MonthRange.of_texts(months[0], months[-1]))
    decisions = found.benefit.decisions if found.benefit else 0
    return asdict(meter.usage) | {"what": f"{found.bars:,} bars, {decisions:,} decisions"}


def export(url: str, server: int, months: list[str], folder: str) -> Result:
    """Measure writing these months into the folder, as far as they are not there."""
    from include.pipeline.export import export as write

    meter = Meter(server)
    with connect(url) as conn, meter:
        done = write(conn, MonthRange.of_texts(months[0], months[-1]), Path(folder))
    size = sum(file.stat().st_size for file in Path(folder).iterdir())
    return asdict(meter.usage) | {"what": f"{done.rows:,} rows written, {size / 1e6:,.0f} MB of files"}


def turn(run: Callable[..., Result], home: Path, **arguments: Any) -> dict[str, Result]:
    """Have each measured once by `run`, which is told the function's name and its arguments."""
    measured = {name: run(f"bench.after:{name}", **arguments) for name in ("validate", "evaluate")}
    with TemporaryDirectory(dir=home) as folder:
        for name in ("export", "export_again"):
            measured[name] = run("bench.after:export", **arguments, folder=folder)
    return measured


def table(turns: list[dict[str, Result]]) -> list[Result]:
    """Return what each took: medians of the rounds."""
    return [
        {
            "label": label,
            **{
                field: statistics.median(turn[name][field] for turn in turns)
                for field in ("seconds", "client_cpu", "server_cpu")
            },
            "peak_rss_mb": max(turn[name]["peak_rss_mb"] for turn in turns),
            "what": turns[0][name]["what"],
        }
        for name, label in LABELS.items()
    ]
