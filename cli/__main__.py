"""./tier1 ...: everything that the DAG does, without Airflow."""

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import psycopg
import pydantic
import typer
from rich.console import Console
from rich.table import Table

from include.settings import settings

app = typer.Typer(no_args_is_help=True, pretty_exceptions_show_locals=False, help=__doc__)
console = Console()

StartMonth = Annotated[str | None, typer.Option(help="First month, YYYY-MM; default: the first loaded one.")]
EndMonth = Annotated[
    str | None, typer.Option(help="Last month, included; default: the last loaded one that is over.")
]


@app.command()
def features(
    source: Annotated[
        Path, typer.Argument(help="CSV or Parquet file: ts_utc and 28 columns of close prices.")
    ],
    target: Annotated[Path, typer.Argument(help="Parquet file to write: ts_utc and the 384 features.")],
    base_time: Annotated[
        str | None,
        typer.Option(help="The base bar is the first complete one from here on, e.g. 2024-01-01T00:00Z."),
    ] = None,
) -> None:
    """Compute all 384 columns from a file. No database, no Airflow."""
    from include.pipeline.from_file import features as compute
    from include.pipeline.run_stage import stage_options
    from include.sources.files import read_closes

    if not target.parent.is_dir() or target.is_dir():
        _fail(f"{target}: name a file in a folder that exists")
    try:
        prices = read_closes(source)
        computed = compute(prices, _aware(base_time), stage_options(settings()))
    except (ValueError, OverflowError) as error:
        _fail(str(error))
    _write_whole(target, lambda path: computed.reset_index().to_parquet(path, index=False))
    console.print(f"{len(computed):,} rows x {computed.shape[1]} features -> {target}")


@app.command()
def load(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="CSV or Parquet files, long or wide, or the word ecb; or just the word synthetic."
        ),
    ],
    start_month: Annotated[str | None, typer.Option(help="First synthetic month, YYYY-MM.")] = None,
    end_month: Annotated[str | None, typer.Option(help="Last synthetic month, included.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Which synthetic market: each seed is another one.")] = 1,
) -> None:
    """Load prices into the 28 price tables: all rows of all files, or none; synthetic ones month by month."""
    from include.store.prices.load import load_bars, total
    from include.store.prices.tables import price_tables

    try:
        if "synthetic" in sources or start_month or end_month:
            parts = _synthetic_bars(sources, start_month, end_month, seed)
        else:
            parts = [_bars_of(sources)]
    except ValueError as error:
        _fail(str(error))
    with _connection() as conn:
        tables = price_tables(settings())
        loaded = total(load_bars(conn, tables, part) for part in parts)
    table = Table("pair", "new", "changed", "unchanged", title="Loaded prices")
    for pair in loaded:
        table.add_row(pair.pair, f"{pair.new:,}", f"{pair.changed:,}", f"{pair.unchanged:,}")
    console.print(table)


@app.command()
def run(
    stage: Annotated[str, typer.Argument(help="currency_indices, triangular_arbitrage or currency_blocs.")],
    start_month: StartMonth = None,
    end_month: EndMonth = None,
    *,
    force: Annotated[bool, typer.Option(help="Compute also what is still valid.")] = False,
) -> None:
    """Compute a stage's months on this machine; months that are still valid are skipped."""
    from include.pipeline import run_stage as pipeline
    from include.stages import STAGES

    if stage not in STAGES:
        _fail(f"unknown stage {stage!r}: choose one of {', '.join(STAGES)}")
    months = _planned_months(start_month, end_month)
    run_id = f"cli__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    try:
        summary = pipeline.run_stage(_url(), pipeline.Job(stage, months, run_id, force), settings())
    except (ValueError, ConnectionError) as error:
        _fail(str(error))
    console.print(
        f"{summary.stage}: {summary.computed} of {summary.months} months computed, {summary.rows:,} rows, "
        f"{summary.seconds:.1f} s"
    )


@app.command()
def validate(start_month: StartMonth = None, end_month: EndMonth = None) -> None:
    """Check the computed months against what follows from the definitions."""
    from include.store.checks.validate import validate as check

    months = _planned_months(start_month, end_month)
    with _connection() as conn:
        results = check(conn, months)
    table = Table("claim", "holds", title=f"{months[0]} .. {months[-1]}")
    for claim, holds in results.items():
        table.add_row(claim.replace("_", " "), "[green]yes[/]" if holds else "[red]no[/]")
    console.print(table)
    if not all(results.values()):
        raise typer.Exit(1)


@app.command()
def status(start_month: StartMonth = None, end_month: EndMonth = None) -> None:
    """Which months of each stage are finished."""
    from include.stages import STAGES
    from include.store.runs.markers import unfinished_months

    months = _planned_months(start_month, end_month)
    table = Table("stage", "finished", "to do", title=f"{months[0]} .. {months[-1]}")
    with _connection() as conn:
        for stage in STAGES:
            left = unfinished_months(conn, stage, months)
            table.add_row(stage, str(len(months) - len(left)), _some(left))
    console.print(table)


@app.command()
def report(run_id: Annotated[str | None, typer.Argument(help="A run; default: the latest.")] = None) -> None:
    """The completion report of a run, as Markdown."""
    from include.report.markdown import to_markdown
    from include.report.model import UnreadableReportError
    from include.store.runs.reports import read_report

    try:
        with _connection() as conn:
            found = read_report(conn, run_id)
    except UnreadableReportError as error:
        _fail(str(error))
    if found is None:
        _fail(f"there is no report of {run_id or 'any run'}: a run writes it at its end")
    sys.stdout.write(to_markdown(found) + "\n")


def _bars_of(sources: list[str]):
    from include.sources import ecb, files

    return files.together(
        [ecb.bars() if source == "ecb" else files.read_bars(Path(source)) for source in sources]
    )


def _synthetic_bars(sources: list[str], start_month: str | None, end_month: str | None, seed: int):
    """The bars of each month, made when they are asked for: all months together may not fit into memory."""
    from include.months import month_range, parse_month

    if sources != ["synthetic"]:
        raise ValueError("synthetic prices are loaded by themselves, and months can be named for them only")
    if start_month is None or end_month is None:
        raise ValueError("synthetic prices of which months? Add --start-month 2024-01 --end-month 2024-12")
    months = month_range(parse_month(start_month), parse_month(end_month))
    from include.sources.synthetic import bars  # a second or more, so not before a refusal

    return (bars(month, seed) for month in months)


def _planned_months(start_month: str | None, end_month: str | None) -> list:
    from include.pipeline.plan import make_plan

    plan = make_plan(_url(), settings(), start_month, end_month)
    if plan.problems:
        _fail("\n".join(plan.problems))
    return plan.months


def _connection():
    from include.store.connection import DatabaseUnreachableError, connect
    from include.store.schema import ensure_schema

    try:
        conn = connect(_url())
        ensure_schema(conn)
    except DatabaseUnreachableError as error:
        _fail(str(error))
    return conn


def _url() -> str:
    """The database of the environment, else the embedded one where it runs."""
    given = settings().database_url
    if given is not None and given.get_secret_value():
        return given.get_secret_value()
    from embedded import postgres
    from embedded.home import Home

    try:
        return postgres.database_url(Home(), postgres.FEATURES)
    except FileNotFoundError:
        _fail("no database: set TIER1_DATABASE_URL, or start the embedded one with make up")


def _aware(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time: write 2024-01-01T00:00Z") from None
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no UTC offset: write 2024-01-01T00:00Z")
    return moment


def _write_whole(target: Path, write) -> None:
    """Write beside the target and put it in place when it is complete."""
    beside = target.with_name(f".{target.name}.part")
    try:
        write(beside)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _some(months: list) -> str:
    return ", ".join(map(str, months[:6])) + (f" and {len(months) - 6} more" if len(months) > 6 else "")


def _fail_at_once(message: str) -> NoReturn:
    """The same outside of a command."""
    try:
        _fail(message)
    except typer.Exit as end:
        sys.exit(end.exit_code)


def _fail(message: str) -> NoReturn:
    Console(stderr=True).print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(2)


def main() -> None:
    """The entry point of ./tier1."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        app(prog_name="./tier1")
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        _fail_at_once(f"the setting TIER1_{'_'.join(map(str, first['loc'])).upper()}: {first['msg']}")
    except psycopg.Error as error:  # such as no right to read a table; none of these repeats the URL
        _fail_at_once(f"the database: {str(error).strip()}")
    except ConnectionError as error:  # it was lost
        _fail_at_once(str(error))


if __name__ == "__main__":
    main()
