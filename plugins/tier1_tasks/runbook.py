"""What the runbook says about a message: the page that people read, looked up by the phrases in it.

A phrase is what the page writes as code, such as `cannot connect to ...`; `...` stands for what changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from include.settings import ROOT

PAGE: Final = ROOT / "docs/how-to/runbook.md"
ADDRESS: Final = "tier1/runbook"
"""Below the address of Airflow's UI."""
# where a value stands in a phrase: `...`, or an example of one
CHANGING: Final = re.compile(r"\.\.\.|'\w+'|\b[a-z]\w+\.\w*xlarge\b|\bi-\B")
FEWEST_LETTERS: Final = 10  # a shorter phrase occurs anywhere
# the parts of the page that say what to do about a phrase: a row of a table, an item of a list
ROW: Final = re.compile(r"\| (?P<said>`.+?) \| (?P<what_to_do>.+) \|$")
ITEM: Final = re.compile(r"\* \*\*(?P<said>`.+?`)\*\*(?P<what_to_do>.*)")
# what begins the name of a task, and the section that is not named after it
SECTIONS: Final = {
    "preflight": "Before anything was touched",
    "stage": "A stage failed",
    **dict.fromkeys(("find", "alarm", "send"), "`tier1_guard` is red"),
}


@dataclass(frozen=True)
class Entry:
    """What the page says about a message.

    Attributes:
        pieces: the words of its phrase, between the values.
        section: the title of its section, as it is written.
        what_to_do: Markdown; empty where the section as a whole says it.
    """

    pieces: tuple[str, ...]
    section: str
    what_to_do: str

    @property
    def anchor(self) -> str:
        """Where the section begins, in the address of the page."""
        return anchor_of(self.section)

    def is_in(self, message: str) -> bool:
        """Tell whether the phrase occurs in a message, which may be broken into lines."""
        return bool(re.search(".*".join(map(re.escape, self.pieces)), message, re.IGNORECASE))


def look_up(message: str, task_id: str) -> Entry | None:
    """Return the most telling entry for a message, else the section of its task; None without the page."""
    one_line = " ".join(message.split())
    try:
        found = [entry for entry in entries() if entry.is_in(one_line)]
        title = SECTIONS.get(task_id.partition("_")[0]) or _section_named(f"`{task_id}`")
    except OSError:  # this host has the code only
        return None
    if found:
        return max(found, key=lambda it: (bool(it.what_to_do), it.section == title, sum(map(len, it.pieces))))
    return Entry((), title, "") if title else None


def _section_named(name: str) -> str | None:
    titles = re.findall(r"^## (.+)$", PAGE.read_text(), re.MULTILINE)
    return next((title for title in titles if name in title), None)


@cache
def entries() -> tuple[Entry, ...]:
    """Return all entries of the page, in its order."""
    return tuple(_entries())


def _entries() -> Iterator[Entry]:
    section = ""
    for block in _blocks(PAGE.read_text()):
        if block.startswith("#"):
            section = block.lstrip("# ")
        part = ROW.match(block) or ITEM.match(block)
        if part:
            for pieces in _phrases(part["said"]):
                yield Entry(pieces, section, part["what_to_do"].strip(" :"))
        for pieces in _phrases(part["what_to_do"] if part else block):  # where it is mentioned
            yield Entry(pieces, section, "")


def _phrases(markdown: str) -> Iterator[tuple[str, ...]]:
    for phrase in re.findall(r"`([^`]+)`", markdown):
        pieces = tuple(it for it in (it.strip(" .,:;()") for it in CHANGING.split(phrase)) if it)
        if sum(map(len, pieces)) >= FEWEST_LETTERS and len(re.findall(r"[A-Za-z']{2,}", phrase)) > 1:
            yield pieces


def _blocks(text: str) -> Iterator[str]:
    """Yield each heading, row, item and paragraph in one line."""
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        if block and (not line.strip() or line.startswith(("|", "* ", "#"))):
            yield " ".join(block)
            block = []
        if line.strip():
            block.append(line.strip())


def anchor_of(title: str) -> str:
    """Return the anchor of a heading, as GitHub makes it."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def plain_text(markdown: str) -> str:
    """Return Markdown as a log shows it: what a link leads to is said in words, or on the page."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown).replace("**", "").replace("*", "")
