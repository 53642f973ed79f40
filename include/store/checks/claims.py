"""The claims of the validation: one per SQL file of this folder, named by its file.

A claim's query returns a row for each thing that it looks at. Two columns of it are read: `holds`, and
`figure`, a number that says how far from failing the thing is, or how badly it fails; NULL for none. The
others tell a person which thing it is. So the same query counts, measures and shows what contradicts it.

The comment at the top of the file is for people: what is claimed, then `looks at:` what a row is, and
`figure:` what the number means. The relations that a query may use stand in `relations.py`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_HEADER = re.compile(
    r"(?P<says>(?:-- .*\n)+?)-- looks at: (?P<things>.*)\n-- figure: (?P<figure>(?:.*\n-- )*.*)\n"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed about the features.

    Attributes:
        name: the property, in words joined by underscores.
        says: the claim as a sentence.
        things: what a row of the query is, in the plural.
        figure: what the number means.
        query: the query.
    """

    name: str
    says: str
    things: str
    figure: str
    query: str


@lru_cache(1)
def claims() -> tuple[Claim, ...]:
    """Return all claims, in a fixed order."""
    return tuple(_read(file) for file in sorted(Path(__file__).parent.glob("*.sql")))


def _read(file: Path) -> Claim:
    text = file.read_text()
    header = _HEADER.match(text)
    if header is None:
        raise AssertionError(f"{file}: begin with what is claimed, `-- looks at: ...` and `-- figure: ...`")
    says, figure = (header[name].replace("-- ", "").replace("\n", " ").strip() for name in ("says", "figure"))
    return Claim(file.stem, says, header["things"], figure, text[header.end() :].strip())
