"""The figures behind the plots of a report: few enough to be stored with it."""

from pydantic.dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTime:
    """When the last try of a task ran.

    Attributes:
        task: its name, as in the report's `tasks`.
        began: when it began, in ISO format.
        seconds: how long it took, pauses in which it was deferred included.
    """

    task: str
    began: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedMonth:
    """A month of a stage that the run has computed.

    Attributes:
        stage: the stage.
        month: the month, YYYY-MM.
        rows: its rows.
        began: when its computation began, in ISO format.
        ended: when it was published, in ISO format.
    """

    stage: str
    month: str
    rows: int
    began: str
    ended: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyNulls:
    """How many values of a family of features are NULL.

    Attributes:
        family: such as "basket momentum".
        cells: how many values each month has, NULL or not; 0 where the month has no rows.
        nulls: how many of these are NULL.
    """

    family: str
    cells: tuple[int, ...]
    nulls: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NullMap:
    """The NULLs of all features.

    Attributes:
        months: the months, YYYY-MM.
        families: the families, in the order of their columns.
    """

    months: tuple[str, ...]
    families: tuple[FamilyNulls, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPath:
    """The basket indices through time: means over some bars each.

    Attributes:
        times: the first bar of each mean, in ISO format.
        indices: by currency; None where no bar has a value.
    """

    times: tuple[str, ...]
    indices: dict[str, tuple[float | None, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityPath:
    """Through time, how many prices of pairs are a part of an arbitrage opportunity.

    Attributes:
        times: the first bar of each count, in ISO format.
        known: how many values the 28 columns have.
        opportunities: how many of these are true.
    """

    times: tuple[str, ...]
    known: tuple[int, ...]
    opportunities: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureSeries:
    """What the tables of the features hold in the months of the run.

    Attributes:
        nulls: the NULLs by family and month.
        indices: the basket indices.
        arbitrage: the arbitrage opportunities.
    """

    nulls: NullMap
    indices: IndexPath
    arbitrage: OpportunityPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The figures behind the plots.

    Attributes:
        tasks: when each task ran; those of which it is not known are left out.
        computed: the months that the run has computed and nobody since.
        features: what the tables hold; None where they were not read.
        unread: why something could not be read; empty where all was.
    """

    tasks: tuple[TaskTime, ...] = ()
    computed: tuple[ComputedMonth, ...] = ()
    features: FeatureSeries | None = None
    unread: str = ""
