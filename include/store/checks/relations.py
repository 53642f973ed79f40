"""The relations that the claims look at, beside the tables: named, temporary, gone when the validation ends.

What is long to compute is a table, built once; the rest are views. The formulas are written again in SQL, in
`relations/`, so that nothing of the stages is trusted; only what would be 28 copies is filled in here.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final, LiteralString

from psycopg import Connection, sql

from include.market import BLOCS, CURRENCIES, PAIRS
from include.months import MonthRange
from include.settings import Settings
from include.stages import SPEC_VERSION
from include.store.prices.reading import look_back_start
from include.store.prices.tables import price_tables

LONGEST_WINDOW = 630
PRICES = frozenset({"prices", "prices_between", "prices_of_months"})
"""The relations that read the price tables."""
_WINDOWS = (60, 90, 150, 240, 390, 630)
_OF_A_CURRENCY = (
    "index",
    *(
        f"{name}_{w}"
        for name in ("momentum", "momentum_accel", "momentum_roc", "volatility")
        for w in _WINDOWS
    ),
    *(f"strength_vs_{group}" for group in ("major", "safe_haven", "commodity")),
)
# Times without a zone are UTC, as each of our sessions is. A bound that is compared with the column as it is
# finds the bars by the table's own key; one that is compared with `ts_utc` does not, where that is a cast.
_PRICES: LiteralString = (
    "select {k} as k, {time}::timestamptz as ts_utc, {close}::double precision as close from {table}"
    " where {close} is not null"
)
_OF_A_PAIR = ("profit_pct", "opportunity", "direction", "max_profit")
_OF_A_BLOC = (
    "index",
    *(f"{name}_{w}" for name in ("momentum", "volatility") for w in (60, 240, 630)),
    "coherence_60", "coherence_240", "dispersion_60", "breadth_60", "strength",
)  # fmt: skip

_IN_FILES: Final = {
    "pairs": "k",
    "currencies": "currency",
    "groups": None,
    "members": None,
    "border": "bloc, k",
    "border_masks": None,
    "round_trips": "k, z",
    "grid": "bar",
    "solutions": "filled",
    "weights": "filled, k",
    "calm": "bar",
    "terms": "bar",
    "sample": "bar",
    "windows": "first_bar",
    "log_prices": "bar, k",
    "levels": "bar",
    "currency_levels": None,
    "bloc_levels": None,
    "steps": "bar",
    "deviations": "bar, name, bars",
    "coherences": "bar, bloc, bars",
    "moves": "bar, bloc",
    "round_trips_at": "bar, pair",
}
"""By name: the columns that tell the rows of a table apart, or None for a view. In the order of their use."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation for the claims.

    Attributes:
        name: how the claims call it.
        query: what is in it.
        key: the columns that tell its rows apart, where it is a table; None of a view.
        signature: what it takes and returns, where it is a function; who calls it has to name `pg_temp`.
    """

    name: str
    query: sql.Composable
    key: str | None = None
    signature: LiteralString | None = None

    def script(self) -> sql.Composed:
        """Return the statements that create it."""
        if self.signature is not None:
            return sql.SQL(
                "create function {} {} language sql stable parallel safe as $function$\n{}\n$function$;\n"
            ).format(sql.Identifier("pg_temp", self.name), sql.SQL(self.signature), self.query)
        kind = sql.SQL("view" if self.key is None else "table")
        created = sql.SQL("create temp {} {} as\n{};\n").format(kind, sql.Identifier(self.name), self.query)
        if self.key is None:
            return created
        key = sql.SQL(", ").join(map(sql.Identifier, self.key.split(", ")))
        return created + sql.SQL("alter table {0} add primary key ({1});\nanalyze {0};\n").format(
            sql.Identifier(self.name), key
        )


def relations(conn: Connection, months: MonthRange, seed: str, settings: Settings) -> Iterator[Relation]:
    """Yield the relations, each after those that it looks at."""
    tables = price_tables(settings)
    yield Relation(
        "months", _one_row(range_start=months.start, range_end=months.end, spec_version=SPEC_VERSION)
    )
    yield Relation("options", _options(seed, settings))
    yield Relation(
        "indices", _one_row_each("currency_indices", "{}_basket_{}", CURRENCIES, _OF_A_CURRENCY, "currency")
    )
    yield Relation(
        "arbitrage", _one_row_each("triangular_arbitrage", "{}_arbitrage_{}", PAIRS, _OF_A_PAIR, "pair")
    )
    yield Relation("blocs", _one_row_each("currency_blocs", "{}_bloc_{}", tuple(BLOCS), _OF_A_BLOC, "bloc"))
    yield Relation("extremes", _extremes())
    yield Relation("inconsistent", _inconsistent_pairs())
    yield Relation("index_values", _numbers_of_values())
    yield Relation("bloc_values", _numbers_of_bloc_values())
    yield Relation("arbitrage_values", _pairs_with_values())
    yield Relation("prices", tables.for_each(_PRICES, joined_by="\nunion all "))
    yield Relation(
        "prices_between",
        tables.for_each(_PRICES + " and {time} between $1 and $2", joined_by="\nunion all "),
        signature="(timestamptz, timestamptz)"
        " returns table (k integer, ts_utc timestamptz, close double precision)",
    )
    look_back = look_back_start(conn, tables, months.start, LONGEST_WINDOW + settings.max_stale_bars)
    yield Relation(
        "prices_of_months",
        tables.for_each(
            _PRICES + " and {time} >= {start} and {time} < {end}",
            joined_by="\nunion all ",
            start=sql.Literal(look_back),
            end=sql.Literal(months.end),
        ),
    )
    for name, key in _IN_FILES.items():
        yield Relation(name, sql.SQL(_text(name)), key)  # pyright: ignore[reportArgumentType]


def _text(name: str) -> str:
    return Path(__file__).with_name("relations").joinpath(f"{name}.sql").read_text().rstrip()


def _options(seed: str, settings: Settings) -> sql.Composable:
    return sql.SQL("{}, {}::jsonb as cost_bps").format(
        _one_row(
            seed=seed,
            max_stale_bars=settings.max_stale_bars,
            threshold_pct=settings.threshold_pct,
            baseline_table=settings.baseline_table,
        ),
        sql.Literal(json.dumps(settings.cost_bps)),
    )


def _one_row(**values: object) -> sql.Composed:
    columns = (sql.SQL("{} as {}").format(sql.Literal(v), sql.Identifier(k)) for k, v in values.items())
    return sql.SQL("select ") + sql.SQL(", ").join(columns)


def _one_row_each(
    table: str, pattern: str, subjects: Sequence[str], quantities: Sequence[str], of: str
) -> sql.Composed:
    """Return a row for each bar and subject instead of a column for each of the subject's quantities."""
    rows = [
        [sql.Literal(subject.lower())]
        + [sql.Identifier(pattern.format(subject.lower(), quantity)) for quantity in quantities]
        for subject in subjects
    ]
    return sql.SQL(
        "select ts_utc, each.* from months, {} cross join lateral (values {}) as each ({})"
        " where ts_utc >= range_start and ts_utc < range_end"
    ).format(
        sql.Identifier("tier1", table),
        sql.SQL(",\n").join(sql.SQL("({})").format(sql.SQL(", ").join(row)) for row in rows),
        sql.SQL(", ").join(map(sql.Identifier, [of, *quantities])),
    )


def _extremes() -> sql.Composed:
    """Return, for each bar of each stage, the smallest and the largest of its values; NaN is the largest."""
    template = sql.SQL(
        "select {stage} as stage, ts_utc, least({columns}) as smallest, greatest({columns}) as largest"
        " from months, {table} where ts_utc >= range_start and ts_utc < range_end"
    )
    of_stages = {
        "currency_indices": ("{}_basket_{}", CURRENCIES, _OF_A_CURRENCY),
        "triangular_arbitrage": ("{}_arbitrage_{}", PAIRS, ("profit_pct", "max_profit")),
        "currency_blocs": ("{}_bloc_{}", tuple(BLOCS), _OF_A_BLOC),
    }
    return sql.SQL("\nunion all ").join(
        template.format(
            stage=sql.Literal(stage),
            table=sql.Identifier("tier1", stage),
            columns=sql.SQL(", ").join(
                sql.Identifier(pattern.format(subject.lower(), quantity))
                for subject, quantity in product(subjects, quantities)
            ),
        )
        for stage, (pattern, subjects, quantities) in of_stages.items()
    )


def _numbers_of_values() -> sql.Composed:
    """Return, for each bar and quantity of stage 2.3, how many of the eight currencies have a value."""
    counts = [
        sql.SQL("num_nonnulls({}) as {}").format(
            sql.SQL(", ").join(sql.Identifier(f"{c.lower()}_basket_{quantity}") for c in CURRENCIES),
            sql.Identifier(quantity),
        )
        for quantity in _OF_A_CURRENCY
    ]
    return sql.SQL(
        "select ts_utc, {} from months, tier1.currency_indices"
        " where ts_utc >= range_start and ts_utc < range_end offset 0"  # so whoever reads a part counts there
    ).format(sql.SQL(",\n").join(counts))


def _numbers_of_bloc_values() -> sql.Composed:
    """Return, for each bar, how many blocs have a value of a quantity of stage 2.16B.

    What is told from a bloc's border pairs is counted for each bloc, dispersion and breadth together.
    """
    of_border_pairs = {
        "coherence_60": ["coherence_60"],
        "coherence_240": ["coherence_240"],
        "moves_60": ["dispersion_60", "breadth_60"],
    }
    of_levels = [name for name in _OF_A_BLOC if all(name not in them for them in of_border_pairs.values())]
    counted = {name: [f"{bloc}_bloc_{name}" for bloc in BLOCS] for name in of_levels} | {
        f"{bloc}_{name}": [f"{bloc}_bloc_{each}" for each in them]
        for bloc, (name, them) in product(BLOCS, of_border_pairs.items())
    }
    counts = [
        sql.SQL("num_nonnulls({}) as {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(name)
        )
        for name, columns in counted.items()
    ]
    return sql.SQL(
        "select ts_utc, {} from months, tier1.currency_blocs"
        " where ts_utc >= range_start and ts_utc < range_end offset 0"
    ).format(sql.SQL(",\n").join(counts))


def _pairs_with_values() -> sql.Composed:
    """Return, for each bar, the pairs that have values of stage 2.4, as a mask."""
    return _mask_of_pairs("{profit_pct} is not null")


def _inconsistent_pairs() -> sql.Composed:
    """Return, for each bar, the pairs whose four values of stage 2.4 contradict each other, as a mask."""
    return _mask_of_pairs(
        "coalesce({profit_pct} > {max_profit} or {max_profit} < 0 or ({direction} = 0) = {opportunity}"
        " or {direction} not between -1 and 1, false)"
        " or num_nulls({profit_pct}, {opportunity}, {direction}, {max_profit}) not in (0, 4)"
    )


def _mask_of_pairs(condition: LiteralString) -> sql.Composed:
    """Return, for each bar, the pairs for which the condition is true."""
    bits = [
        sql.SQL("({})::integer << {}").format(
            sql.SQL(condition).format(**{q: sql.Identifier(f"{pair}_arbitrage_{q}") for q in _OF_A_PAIR}),
            sql.Literal(k),
        )
        for k, pair in enumerate(PAIRS)
    ]
    return sql.SQL(
        "select ts_utc, ({}) as pairs from months, tier1.triangular_arbitrage"
        " where ts_utc >= range_start and ts_utc < range_end offset 0"  # so whoever reads a part tells there
    ).format(sql.SQL(")\n | (").join(bits))
