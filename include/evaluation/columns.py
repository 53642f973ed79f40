"""Which of the 384 columns tell of a pair, and to which family each belongs."""

from collections.abc import Sequence
from itertools import chain
from typing import Final

import numpy as np

from include.market import BLOCS, CURRENCIES, PAIRS, base_and_quote
from include.stages.families import family_of, parsed

NONE: Final = -1
"""A column that a pair does not have: sterling is in no bloc."""


def columns_of_pairs(names: Sequence[str]) -> np.ndarray:
    """Find the columns of each pair, shape [28, K], as positions in `names`; a place means the same to all.

    These are the columns of the base currency, of the quote currency, of the pair itself, of the base
    currency's bloc and of the quote currency's bloc. So one model can learn from all pairs at once.
    """
    of: dict[tuple[str, str], list[int]] = {}
    for position, name in enumerate(names):
        column = parsed(name)
        of.setdefault((column.kind, column.subject), []).append(position)
    no_bloc = [NONE] * max(len(of.get(("bloc", bloc), [])) for bloc in BLOCS)
    bloc_of = {currency: bloc for bloc, members in BLOCS.items() for currency in members}
    rows = []
    for pair in PAIRS:
        sides = [CURRENCIES[side] for side in base_and_quote(pair)]
        baskets = [of.get(("basket", side.lower()), []) for side in sides]
        blocs = [of[("bloc", bloc_of[side])] if side in bloc_of and no_bloc else no_bloc for side in sides]
        rows.append([*chain(*baskets), *of.get(("arbitrage", pair), []), *chain(*blocs)])
    return np.array(rows, dtype=int)


def families_of(columns: np.ndarray, names: Sequence[str]) -> tuple[str, ...]:
    """Return the family at each place of `columns_of_pairs`."""
    return tuple(family_of(names[int(place.max())]) for place in columns.T)
