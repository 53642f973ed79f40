"""The generated pages. A new one is a module beside this one and a line here."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tools.checks import checks_page
from tools.cli import cli_page
from tools.features import features_page
from tools.house import architecture_page
from tools.report_schema import report_schema
from tools.settings import settings_page

PAGES: Final[dict[Path, Callable[[], str]]] = {
    Path("docs/explanation/architecture.md"): architecture_page,
    Path("docs/reference/checks.md"): checks_page,
    Path("docs/reference/cli.md"): cli_page,
    Path("docs/reference/features.md"): features_page,
    Path("docs/reference/report.schema.json"): report_schema,
    Path("docs/reference/settings.md"): settings_page,
}
