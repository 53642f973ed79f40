"""Errors that are no bugs, in the words of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

NO_RIGHT = "42501"
"""SQLSTATE of a right that the role does not have."""


def explanation(error: Exception) -> str | None:
    """Say what went wrong and what to do next; None where the error is a bug."""
    if isinstance(error, ConnectionError):  # the database cannot be reached, or the connection was lost
        return str(error)
    import pydantic

    if isinstance(error, pydantic.ValidationError) and error.title == "Settings":
        return _wrong_settings(error)
    from include.store.connection import DATABASE_ERRORS

    if isinstance(error, DATABASE_ERRORS):  # such as no right to read a table; none of these repeats the URL
        rights = ". See docs/how-to/database-roles.md." if getattr(error, "sqlstate", "") == NO_RIGHT else ""
        return f"the database refused: {str(error).strip()}{rights}"
    return None


def _wrong_settings(error: ValidationError) -> str:
    """Say for each wrong setting what is wrong with its value, without the value: it may be a secret."""
    lines = []
    for wrong in error.errors(include_input=False):
        name, *inside = map(str, wrong["loc"]) if wrong["loc"] else ("",)
        setting = f"the setting TIER1_{name.upper()}" if name else "the settings"
        place = f" ({', '.join(inside)})" if inside else ""
        lines.append(f"{setting}{place}: {wrong['msg'].removeprefix('Value error, ')}")
    return "\n".join([*lines, "Correct this in the environment or in tier1.toml."])
