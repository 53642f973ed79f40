"""What could not be looked at, or not yet, of several looks."""

from collections.abc import Iterator, Mapping
from typing import Any

from tier1_page.shared_look import Seen
from tier1_page.view import Trouble


def troubles_of(looks: Mapping[str, Seen[Any]]) -> Iterator[Trouble]:
    """Yield what could not be looked at now, or has been awaited for a moment only, by what it is."""
    for what, it in looks.items():
        if it.why:
            yield Trouble(what=what, why=it.why, since=it.at, is_awaited=it.is_awaited)
