"""To which family each of the 384 columns belongs, told by its name."""

import re
from typing import NamedTuple

_NAME = re.compile(
    r"(?P<subject>[a-z_]+?)_(?P<kind>basket|arbitrage|bloc)_(?P<quantity>[a-z_]+?)(?:_vs_[a-z_]+|_\d+)?"
)


class ColumnName(NamedTuple):
    """What the name of a column says.

    Attributes:
        subject: a currency, a pair or a bloc.
        kind: basket, arbitrage or bloc.
        quantity: what is told of it, without window and group.
    """

    subject: str
    kind: str
    quantity: str


def parsed(name: str) -> ColumnName:
    """Return what the name of a column says.

    Raises:
        ValueError: it is no column of TIER 1.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name} is no column of TIER 1: its family is not known")
    return ColumnName(*found.group("subject", "kind", "quantity"))


def family_of(name: str) -> str:
    """Return the family of a column, such as `basket momentum`; the windows of a quantity are one family."""
    column = parsed(name)
    quantity = column.quantity.replace("_", " ")
    return "arbitrage" if column.kind == "arbitrage" else f"{column.kind} {quantity}"
