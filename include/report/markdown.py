"""The report as Markdown; what it says is in `templates/report.md.j2`."""

import jinja2

from include.report import words
from include.report.benefit import details, sentence
from include.report.model import Report
from include.report.stage_table import STAGE_COLUMNS
from include.report.tables import CLAIM_COLUMNS, PHASE_COLUMNS, TIME_COLUMNS

_templates = jinja2.Environment(
    loader=jinja2.PackageLoader("include.report", "templates"),
    autoescape=False,  # noqa: S701 - the output is Markdown, not HTML
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def to_markdown(report: Report) -> str:
    """Render the report for people."""
    return _templates.get_template("report.md.j2").render(
        report=report,
        stage_columns=STAGE_COLUMNS,
        phase_columns=PHASE_COLUMNS,
        time_columns=TIME_COLUMNS,
        claim_columns=CLAIM_COLUMNS,
        answer=sentence,
        details=details,
        words=words,
    )
