"""What the page of all runs shows."""

from pydantic import AwareDatetime

from include.report.model import Standing
from tier1_page.live.model import Instance
from tier1_page.view import PageView, View, lasted


class StageOfRun(View):
    """What a stage did in a run.

    Attributes:
        title: its number in the contract.
        name: the stage's name.
        seconds: how long it took; None where it has not begun, or that is not known.
        months: how many months were wanted.
        computed: how many of these were computed: the others were still valid, or were never reached.
        rows: the rows of those.
        is_over: whether it has ended well: else so long has its last try taken until now, or until it failed.
    """

    title: str
    name: str
    seconds: float | None = None
    months: int = 0
    computed: int = 0
    rows: int = 0
    is_over: bool = False

    @property
    def words(self) -> str:
        """What it did, without its name and its time."""
        if self.seconds is None:
            return "not begun, as far as is known"
        return f"{self.computed} of {self.months} months computed{'' if self.is_over else ', not to the end'}"


class Judged(View):
    """A part of a run's verdict.

    Attributes:
        what: work, validation or infrastructure.
        standing: how it stands.
        why: what says so.
    """

    what: str
    standing: Standing
    why: str


class PastRun(View):
    """A run.

    Attributes:
        run_id: the run.
        state: Airflow's word for it.
        began: when it began; None where it has not.
        ended: when it ended; None where it has not.
        months: its months; empty where that is not known.
        stages: all stages, in their order.
        rows: the rows of the months that it computed, of all stages.
        rows_per_second: those, while stages with something to compute were at work; None without any.
        usd: what it cost, as its receipt has it; None where that is not known.
        cost: in words, what that was for, and what of it is not known.
        verdict: its parts; none where the run has written no report, or an old one.
        problems: what its report says that went wrong.
        note: why there are no figures; empty where there are.
    """

    run_id: str
    state: str
    began: AwareDatetime | None = None
    ended: AwareDatetime | None = None
    months: str = ""
    stages: tuple[StageOfRun, ...] = ()
    rows: int = 0
    rows_per_second: float | None = None
    usd: float | None = None
    cost: str = ""
    verdict: tuple[Judged, ...] = ()
    problems: tuple[str, ...] = ()
    note: str = ""

    @property
    def seconds(self) -> float | None:
        """How long it took, from its beginning; None where it has not ended."""
        return lasted(self.began, self.ended)


class HistoryView(PageView):
    """The page of all runs.

    Attributes:
        dag_id: the DAG.
        instance: what the instance is now; None where AWS has not answered yet.
        is_known: whether anybody could look which runs there are.
        runs: the last ones, the latest first.
        longest_seconds: of all their stages, for the scale that they share.
    """

    dag_id: str
    instance: Instance | None = None
    is_known: bool = False
    runs: tuple[PastRun, ...] = ()
    longest_seconds: float = 0.0
