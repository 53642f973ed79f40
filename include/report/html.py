"""The report as one page of HTML that refers to nothing outside; its words are in `templates/report.html.j2`.

It draws the plots, which takes a second or two, and loads matplotlib: import it where the page is asked for.
"""

from importlib.resources import files

import jinja2
from markupsafe import Markup

from include.report import words
from include.report.benefit import details, sentence
from include.report.model import Report, Standing
from include.report.plots.gains import gains
from include.report.plots.indices import indices
from include.report.plots.null_map import null_map
from include.report.plots.opportunities import opportunities
from include.report.plots.plot import Plot, cell
from include.report.plots.speed import speed
from include.report.plots.timeline import timeline
from include.report.stage_table import STAGE_COLUMNS
from include.report.tables import CLAIM_COLUMNS, PHASE_COLUMNS, TIME_COLUMNS

TONES = {Standing.WELL: "good", Standing.NOT_WELL: "bad", Standing.UNKNOWN: "open"}
TASK_COLUMNS = (cell(0, "task", is_number=False), cell(1, "state", is_number=False))
NO_SERIES = "Not drawn: this report has no figures for it."

_templates = jinja2.Environment(
    loader=jinja2.PackageLoader("include.report", "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals["style"] = Markup((files("include.report") / "templates/report.css").read_text())  # noqa: S704 - our own file


def to_html(report: Report) -> str:
    """Render the report as a page."""
    plots = plots_of(report)
    not_drawn: dict[str, list[str]] = {}
    for it in plots:
        if not it.svg:
            not_drawn.setdefault(it.says, []).append(it.title)
    return _templates.get_template("report.html.j2").render(
        report=report,
        tones=TONES,
        drawn=[it for it in plots if it.svg],
        not_drawn=not_drawn,
        stage_columns=STAGE_COLUMNS,
        phase_columns=PHASE_COLUMNS,
        time_columns=TIME_COLUMNS,
        claim_columns=CLAIM_COLUMNS,
        task_columns=TASK_COLUMNS,
        words=words,
        answer=sentence,
        details=details,
    )


def plots_of(report: Report) -> list[Plot]:
    """Draw what the report has figures for; of the others it is said why they are not drawn."""
    unread = (report.series.unread if report.series else "") or NO_SERIES
    return [
        timeline(report),
        speed(report),
        null_map(report, unread),
        indices(report, unread),
        opportunities(report, unread),
        gains(report),
    ]
