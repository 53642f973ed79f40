"""docs/reference/checks.md: what the validation claims, and what it was seen to notice."""

import re
from dataclasses import dataclass

from include.settings import ROOT
from include.store.checks.claims import Claim, claims
from tools.markdown import page, table

MUTATIONS = ROOT / "tests/store/mutations"


@dataclass(frozen=True, slots=True)
class Mutation:
    """A way to get features wrong.

    Attributes:
        what: what is wrong, in words.
        noticed_by: the claims that notice it.
        marks: what else is said about it.
        statements: what does it, in SQL.
    """

    what: str
    noticed_by: frozenset[str]
    marks: tuple[str, ...]
    statements: str


def mutations() -> list[Mutation]:
    """Read all mutations; the first block of a file is its title."""
    files = sorted(MUTATIONS.glob("*.sql"))
    return [_read(block) for file in files for block in file.read_text().split("\n\n")[1:]]


def _read(block: str) -> Mutation:
    comment = [line.removeprefix("-- ") for line in block.splitlines() if line.startswith("-- ")]
    what, noticed_by, *marks = comment
    names = frozenset(re.findall(r"\w+", noticed_by.removeprefix("noticed by:")))
    statements = "\n".join(line for line in block.splitlines() if not line.startswith("-- "))
    return Mutation(what, names, tuple(marks), statements)


def checks_page() -> str:
    """Make the page."""
    found = mutations()
    return page(
        "# Checks",
        f"`validate` looks at {len(claims())} claims, each a file in `include/store/checks/`, in SQL that\n"
        "shares no code with the stages. Each was seen to notice what its last column names: a test does\n"
        f"these {len(found)} things to computed features, one at a time, and just the claims that ought to\n"
        "notice do.",
        table(
            ["claim", "what it says", "looks at", "figure", "has noticed"], (_row(c, found) for c in claims())
        ),
    )


def _row(claim: Claim, found: list[Mutation]) -> list[str]:
    noticed = "; ".join(mutation.what for mutation in found if claim.name in mutation.noticed_by)
    return [claim.name.replace("_", " "), claim.says, claim.things, claim.figure, noticed]
