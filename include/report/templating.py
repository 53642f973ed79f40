"""What the templates of a report have in common: how they are read, and what they may use."""

import jinja2

from include.report import words
from include.report.benefit import details, sentence
from include.report.stage_table import STAGE_COLUMNS
from include.report.tables import CLAIM_COLUMNS, PHASE_COLUMNS, TIME_COLUMNS


def templates(*, autoescape: bool) -> jinja2.Environment:
    """Open the templates; HTML has to be escaped, Markdown is not."""
    opened = jinja2.Environment(
        loader=jinja2.PackageLoader("include.report", "templates"),
        autoescape=autoescape,  # noqa: S701 - as the docstring says
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    opened.globals |= {
        "stage_columns": STAGE_COLUMNS,
        "phase_columns": PHASE_COLUMNS,
        "time_columns": TIME_COLUMNS,
        "claim_columns": CLAIM_COLUMNS,
        "answer": sentence,
        "details": details,
        "words": words,
    }
    return opened
