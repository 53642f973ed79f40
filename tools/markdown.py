"""What the generated pages have in common."""

from collections.abc import Iterable, Sequence

GENERATED = "<!-- Made by `make docs` from the code; a test compares. -->"


def page(*paragraphs: str) -> str:
    """Join paragraphs to a page that says that it is generated."""
    return GENERATED + "\n" + "\n\n".join(paragraphs) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a table; a column whose title is # is aligned to the right."""
    rule = ["---:" if column == "#" else "---" for column in columns]
    return "\n".join(_line(cells) for cells in (columns, rule, *rows))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
