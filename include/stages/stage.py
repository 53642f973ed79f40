"""A stage under one signature, for whoever plans, runs, stores or shows stages.

DAG files import this module, so numpy, numba and the formulas are imported when they are first used.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

if TYPE_CHECKING:
    import numpy as np

    from include.stages.feature import Feature
    from include.stages.options import Options
    from include.stages.panel import BasketBase, Panel

SPEC_VERSION: Final = 1
"""Raised by any change of a formula; a month computed under another version is computed again."""


class Formulas(Protocol):
    """What a stage's module offers.

    Attributes:
        FEATURES: the stage's features, in column order.
    """

    FEATURES: tuple[Feature, ...]

    def look_back(self, options: Options, /) -> int:
        """Return how many bars before the first wanted one the formulas look at."""
        ...

    def compute(self, panel: Panel, base: BasketBase, options: Options, /) -> np.ndarray:
        """Return all columns, shape [C, T], NaN = NULL, in the order of `FEATURES`."""
        ...

    def used_options(self, options: Options, /) -> dict[str, object]:
        """Return the options that decide the values, as plain values."""
        ...


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the computation.

    Attributes:
        name: the stage's name; also that of its table, and of its module in `include.stages`.
        title: the stage's number in the contract, such as 2.16B.
        needs_base: whether its values depend on the basket base.
        revision: raised where the formulas stay, but give other bits, such as a sum that loses less; a month
            computed under another one is computed again.
    """

    name: str
    title: str
    needs_base: bool
    revision: int = 1

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def task_id(self) -> str:
        """The id of the stage's task in the DAG, such as stage_2_16b."""
        return f"stage_{self.title.lower().replace('.', '_')}"

    @property
    def features(self) -> tuple[Feature, ...]:
        """The stage's features, in column order."""
        return self._formulas.FEATURES

    def look_back(self, options: Options) -> int:
        """Return how many bars before the first wanted one the stage has to see."""
        return self._formulas.look_back(options)

    def compute(self, panel: Panel, base: BasketBase, options: Options) -> np.ndarray:
        """Compute the stage's columns on every bar of the panel, shape [C, T], NaN = NULL.

        Raises:
            ValueError: a value is infinite; the message says which and where.
        """
        import numpy as np  # noqa: PLC0415 - see the module's docstring

        with np.errstate(over="ignore", invalid="ignore"):  # an overflow is reported below, by name
            columns = self._formulas.compute(panel, base, options)
        infinite = np.isinf(columns)
        if infinite.any():
            column, bar = np.argwhere(infinite)[0]
            raise ValueError(
                f"{self.features[column].name} is infinite at {panel.ts[bar]} UTC ({infinite.sum()} such "
                "values): prices there span more than a double can hold. Look for a mistaken price."
            )
        return columns

    def inputs(self, base: BasketBase, options: Options) -> dict[str, object]:
        """Return what decides the values besides the prices, as plain values, for a fingerprint."""
        scale = {"base_bar": str(base.ts), "base_values": base.values.tolist()} if self.needs_base else {}
        common = {"stage": self.name, "spec_version": SPEC_VERSION}
        if self.revision > 1:  # the first one is not named: its months stay valid
            common["revision"] = self.revision
        return common | scale | self._formulas.used_options(options)

    @property
    def _formulas(self) -> Formulas:
        return cast("Formulas", import_module(f"include.stages.{self.name}"))
