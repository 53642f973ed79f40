"""Where the prices are: 28 tables under one pattern."""

from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from include.market import PAIRS
from include.settings import Settings


@dataclass(frozen=True, slots=True)
class PriceTables:
    """Where the prices are.

    Attributes:
        pattern: `schema.table` with `{pair}` in it.
        time_column: Opening time of a bar.
        close_column: Its close price; NULL = no bar.
    """

    pattern: str
    time_column: str
    close_column: str

    def name(self, pair: str) -> str:
        """The pair's table as people write it."""
        return self.pattern.format(pair=pair)

    def table(self, pair: str) -> sql.Identifier:
        """The pair's table, quoted."""
        return sql.Identifier(*self.name(pair).split("."))

    def for_each(self, template: LiteralString, joined_by: LiteralString = " union all ") -> sql.Composed:
        """The template filled in for each pair: {table}, {time}, {close}, and {k}, the pair's position."""
        return sql.SQL(joined_by).join(
            sql.SQL(template).format(
                table=self.table(pair),
                time=sql.Identifier(self.time_column),
                close=sql.Identifier(self.close_column),
                k=sql.Literal(k),
            )
            for k, pair in enumerate(PAIRS)
        )


def price_tables(settings: Settings) -> PriceTables:
    """Where the settings say that the prices are."""
    return PriceTables(settings.price_table, settings.time_column, settings.close_column)
