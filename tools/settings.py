"""docs/reference/settings.md: all settings."""

import json
from datetime import timedelta

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from include.settings import Settings, Unit
from tools.markdown import page, table


def settings_page() -> str:
    """Make the page."""
    rows = (
        [f"`TIER1_{name.upper()}`", _default(field), field.description or ""]
        for name, field in Settings.model_fields.items()
    )
    return page(
        "# Settings",
        "From the environment, or, in lower case and without `TIER1_`, from `tier1.toml` at the top of the\n"
        "project. A duration is a number of the unit that its name ends with. Tables (pair or instance type\n"
        "to number) are written as JSON in the environment.",
        table(["variable", "default", "meaning"], rows),
    )


def _default(field: FieldInfo) -> str:
    """Return the default as a user would write it, and the unit of a duration behind it."""
    default = field.default
    if default in (PydanticUndefined, None, ""):
        return "-"
    for unit in field.metadata:
        if isinstance(unit, Unit):
            return f"`{default / timedelta(**{unit.value: 1}):g}` {unit}"
    return f"`{json.dumps(default) if isinstance(default, dict) else default}`"
