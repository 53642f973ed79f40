"""The commands of ./tier1, and what happens when one of them fails.

A command imports what it needs when it runs, so that --help is fast and ./tier1 features needs no database.
"""

import logging

import typer

from cli.check import check
from cli.console import fail
from cli.errors import explanation
from cli.evaluate import evaluate
from cli.export import export
from cli.features import features
from cli.load import load
from cli.report import report
from cli.run import run
from cli.status import status
from cli.validate import validate
from cli.watch import watch

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    help="./tier1 ...: everything that the DAG does, without Airflow.",
)
for command in (features, load, check, run, validate, evaluate, export, status, report, watch):
    app.command()(command)


def main() -> None:
    """Run the command; exit with 2 and a sentence where it cannot be done, with a traceback at a bug."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        app(prog_name="./tier1")
    except Exception as error:
        message = explanation(error)
        if message is None:
            raise
        fail(message)
