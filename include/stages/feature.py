"""A feature: what one column means, and how it is stored."""

from dataclasses import dataclass
from typing import Literal

Type = Literal["double precision", "boolean", "smallint"]


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of a stage.

    Attributes:
        name: the column's name.
        unit: the unit of its values; empty where they have none.
        formula: how a value comes about, in the contract's symbols.
        type: the column's type in PostgreSQL.
    """

    name: str
    unit: str
    formula: str
    type: Type = "double precision"
