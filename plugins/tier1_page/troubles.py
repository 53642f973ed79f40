"""What could not be looked at, of several looks."""

from collections.abc import Iterator, Mapping
from typing import Any

from tier1_page.shared_look import Seen
from tier1_page.view import Trouble


def troubles_of(looks: Mapping[str, Seen[Any]]) -> Iterator[Trouble]:
    """Yield what could not be looked at now, by what it is.

    What has been asked just now, for the first time, is no trouble: its part of the page says so.
    """
    for what, it in looks.items():
        if it.why and not it.is_just_asked:
            yield Trouble(what=what, why=it.why, since=it.at)
