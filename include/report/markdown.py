"""The report as Markdown; what it says is in `templates/report.md.j2`."""

from include.report.model import Report
from include.report.templating import templates

_templates = templates(autoescape=False)


def to_markdown(report: Report) -> str:
    """Render the report for people."""
    return _templates.get_template("report.md.j2").render(report=report)
