"""What the validation found."""

from pydantic.dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFinding:
    """What the validation found of a claim.

    Attributes:
        claim: the claim's name, which is its file's in `include/store/checks`.
        looked_at: how many things it is about.
        things: what these are, in the plural.
        against: how many of them contradict the claim.
        figure: the largest figure, such as an error; None where there is none.
        meaning: what the figure means.
    """

    claim: str
    looked_at: int
    things: str
    against: int
    figure: float | None = None
    meaning: str = ""
