"""How exact the product and its peers are: `python -m bench.peers.accuracy [--month 2024-02]`.

The judge is the two-pass reference of the tests, in extended precision. The contract asks for a relative
error of at most 1e-9, absolute where the true value is below 1, and for the same NULLs.
"""

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.peers import CONTENDERS, peer
from bench.peers.months import Input, adversarial, calm
from include.months import Month, parse_month
from include.stages.catalogue import FEATURES
from oracle.features import reference_features

TOLERANCE: Final = 1e-9
MONTHS: Final[dict[str, Callable[[Month], Input]]] = {"calm": calm, "adversarial": adversarial}


@dataclass(frozen=True, slots=True)
class Errors:
    """How far some columns are from the reference.

    Attributes:
        absolute: worst absolute error.
        relative: worst relative error; absolute where the true value is below 1. The contract's measure.
        wrong_nulls: values that are NULL where they should not be, or the other way round.
        failing: names of the columns that miss the tolerance or a NULL.
    """

    absolute: float
    relative: float
    wrong_nulls: int
    failing: tuple[str, ...]


def family_of(name: str) -> str:
    """Return the column's name without currency, pair, bloc and window: `basket_volatility`."""
    return re.sub(r"^.*?_(?=basket|arbitrage|bloc_)|_vs_\w+$|_\d+$", "", name)


def errors_of(got: np.ndarray, want: np.ndarray) -> dict[str, Errors]:
    """Return the errors of each family of columns; both have shape [384, T], NaN is NULL."""
    families = np.array([family_of(f.name) for f in FEATURES])
    return {
        family: _errors(got[families == family], want[families == family], family)
        for family in dict.fromkeys(families.tolist())
    }


def _errors(got: np.ndarray, want: np.ndarray, family: str) -> Errors:
    names = [f.name for f in FEATURES if family_of(f.name) == family]
    wrong_null = np.isnan(got) != np.isnan(want)
    absolute = np.nan_to_num(np.abs(got - want))
    relative = absolute / np.fmax(1.0, np.abs(want))
    bad = (relative > TOLERANCE).any(axis=1) | wrong_null.any(axis=1)
    failing = tuple(name for name, is_bad in zip(names, bad, strict=True) if is_bad)
    return Errors(float(absolute.max()), float(relative.max()), int(wrong_null.sum()), failing)


def compare(case: Input, names: tuple[str, ...]) -> dict[str, dict[str, Errors]]:
    """Find the errors of each of these implementations, by name and family."""
    reference = reference_features(case.panel.close, bars=slice(case.first, len(case.panel)))
    want = np.array([reference[f.name] for f in FEATURES])
    found = {}
    for name in names:
        contender = peer(name)
        prices = contender.prices_of(case.panel.ts, case.panel.close)
        found[name] = errors_of(contender.values_of(contender.compute(prices, case.base, case.start)), want)
    return found


def verdict(families: dict[str, Errors]) -> str:
    """Say 'accurate', or which columns fail."""
    failing = [name for errors in families.values() for name in errors.failing]
    nulls = sum(errors.wrong_nulls for errors in families.values())
    worst = max(errors.relative for errors in families.values())
    if not failing:
        return f"accurate, worst error {worst:.1e}"
    names = ", ".join(failing[:5]) + (", ..." if len(failing) > 5 else "")
    return f"INACCURATE in {len(failing)} columns, worst error {worst:.1e}, {nulls} wrong NULLs: {names}"


def table_of(title: str, found: dict[str, dict[str, Errors]]) -> Table:
    """Make a table: a line a family, relative and absolute error of each implementation."""
    table = Table("family", *found, title=title)
    for family in next(iter(found.values())):
        errors = [families[family] for families in found.values()]
        table.add_row(family, *(_cell(each) for each in errors))
    return table


def _cell(errors: Errors) -> str:
    nulls = f" {errors.wrong_nulls} NULLs" if errors.wrong_nulls else ""
    return f"{errors.relative:.0e} ({errors.absolute:.0e}){nulls}{' !' if errors.failing else ''}"


def main() -> None:
    """Compare all of them and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--month", type=parse_month, default=parse_month("2024-02"))
    month = parser.parse_args().month
    console = Console(width=160)
    for label, make in MONTHS.items():
        found = compare(make(month), CONTENDERS)
        console.print(table_of(f"{label} month {month}: worst relative (absolute) error", found))
        for name, families in found.items():
            console.print(f"{name}: {verdict(families)}")


if __name__ == "__main__":
    main()
