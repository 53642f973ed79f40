"""The verdict: three lines that are judged apart."""

from enum import StrEnum

from pydantic.dataclasses import dataclass


class Standing(StrEnum):
    """How one part of a run stands at its end."""

    WELL = "well"
    NOT_WELL = "not well"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictLine:
    """One part of a run.

    Attributes:
        standing: how it stands.
        why: what says so, in a sentence.
    """

    standing: Standing
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a run.

    Attributes:
        work: whether everything was computed and published.
        validation: whether every claim about the features holds.
        infrastructure: whether the instance is what it was before.
    """

    work: VerdictLine
    validation: VerdictLine
    infrastructure: VerdictLine
