"""The reference pages of the documentation, made from the code: python -m tools.pages."""

from pathlib import Path

from pydantic_core import PydanticUndefined

from include.settings import ROOT, Settings
from include.stages import SPEC_VERSION
from include.stages.catalogue import FEATURES

GENERATED = "<!-- Made by `make docs` from the code; a test compares. -->\n"


def features_page() -> str:
    """All 384 features."""
    rows = [
        f"| {number} | `{f.name}` | {f.type} | {f.unit or '-'} | {_cell(f.formula)} |"
        for number, f in enumerate(FEATURES, start=1)
    ]
    head = [
        "# Features",
        "",
        f"Specification {SPEC_VERSION}. A value is NULL where a term that its formula names is missing.",
        "",
        "| # | column | type | unit | formula |",
        "| ---: | --- | --- | --- | --- |",
    ]
    return GENERATED + "\n".join([*head, *rows]) + "\n"


def settings_page() -> str:
    """All settings."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "-" if field.default in (PydanticUndefined, None) else f"`{field.default}`"
        rows.append(f"| `TIER1_{name.upper()}` | {default} | {_cell(field.description or '')} |")
    head = [
        "# Settings",
        "",
        "From the environment, or, in lower case and without `TIER1_`, from `tier1.toml` at the top of the",
        "project.",
        "Tables (pair or instance type to number) are written as JSON in the environment.",
        "",
        "| variable | default | meaning |",
        "| --- | --- | --- |",
    ]
    return GENERATED + "\n".join([*head, *rows]) + "\n"


PAGES = {Path("docs/features.md"): features_page, Path("docs/settings.md"): settings_page}


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    for path, page in PAGES.items():
        (ROOT / path).write_text(page())
