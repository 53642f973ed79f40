"""A mechanism that is taken out: what is left, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mutant:
    """A mechanism, taken out.

    Attributes:
        name: what is left.
        module: which module of the project loses it; none where it is not in the project.
        patch: lines behind those of the module, which replace what it has defined.
        rows: the tests of what rests on it.
        settings: Airflow's own settings, where these are the mechanism, as they would be without it.
    """

    name: str
    module: str
    patch: str
    rows: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)


def wrapped(function: str, mutation: str) -> str:
    """A function that makes a task, followed by what becomes of the `task`."""
    return f"""
_original = {function}
def {function}(**options):
    task = _original(**options)
    {mutation}
    return task
"""
