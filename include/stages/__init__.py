"""The stages: a panel in, columns out. Pure: no clock, no database, no configuration.

A new stage is a module here that offers what `Formulas` names, and a line in `STAGES`.
"""

from typing import Final

from include.stages.stage import SPEC_VERSION, Stage

__all__ = ["SPEC_VERSION", "STAGES", "stage_named"]

STAGES: Final = (
    Stage("currency_indices", "2.3", needs_base=True),
    Stage("triangular_arbitrage", "2.4", needs_base=False),
    Stage("currency_blocs", "2.16B", needs_base=True, revision=2),  # 2: coherence in sums of products
)
"""In the order in which they run, and of their columns."""


def stage_named(name: str) -> Stage:
    """Return the stage of this name.

    Raises:
        ValueError: no stage has this name.
    """
    for stage in STAGES:
        if stage.name == name:
            return stage
    raise ValueError(f"unknown stage {name!r}: choose one of {', '.join(map(str, STAGES))}")
