"""What the profile of the features found, and whether they help."""

from pydantic.dataclasses import dataclass

from include.benefit import Benefit


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What the profile of the features found, and whether they help.

    Attributes:
        features: how many were profiled.
        bars: how many bars of a feature were looked at.
        empty: names of features without any value, for people.
        constant: names of features that never vary, for people.
        benefit: what TIER 1 adds; None where that was not measured.
        not_measured: why not; empty where nobody tried, as in reports of older versions.
    """

    features: int
    bars: int
    empty: str
    constant: str
    benefit: Benefit | None = None
    not_measured: str = ""
