"""The three stages: a panel in, columns out. Pure: no clock, no database, no configuration."""

from typing import Final

SPEC_VERSION: Final = 1
"""Raised by any change of a formula; a month computed under another version is computed again."""

STAGES: Final = ("currency_indices", "triangular_arbitrage", "currency_blocs")
"""In the order in which they run, and of their columns."""
