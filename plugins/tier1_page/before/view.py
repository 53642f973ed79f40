"""What the page before a run shows."""

from typing import Literal

from pydantic import AwareDatetime

from include.settings import WhenToResize
from tier1_page.live.model import Instance
from tier1_page.view import PageView, View


class Reason(View):
    """Why some months are to do.

    Attributes:
        why: in words.
        is_sure: whether they are computed in any case: else their prices may turn out to be the same.
        months: how many.
        which: the months, as stretches.
        stages: the titles of the stages for which this counts.
    """

    why: str
    is_sure: bool
    months: int
    which: str
    stages: tuple[str, ...]


class Work(View):
    """What the next run would do, started with what the trigger form offers.

    Attributes:
        first: its first month, YYYY-MM.
        last: its last one, included.
        months: how many these are.
        to_do: how many of them at least one stage is going to compute.
        perhaps: how many more may have to be computed: their prices have to be read to know.
        rows: about how many rows the stages are going to write, all together, those of such months included.
        reasons: why; empty where nothing is to do.
    """

    first: str
    last: str
    months: int
    to_do: int
    perhaps: int
    rows: float
    reasons: tuple[Reason, ...]


class OtherTasks(View):
    """What a run takes besides stages and resizes.

    Attributes:
        seconds: about how long.
        least: as in the quickest of the last runs.
        most: as in the slowest.
        says: how long, and how that is known.
    """

    seconds: float
    least: float
    most: float
    says: str


class Option(View):
    """A choice of the parameter `resize`, and what comes of it.

    Attributes:
        resize: the choice.
        is_default: whether the trigger form offers it.
        makes_big: whether the run makes the instance big.
        why: what decides that.
        seconds: how long resizes and stages take; None where nobody can tell, or the run could not compute.
        whole_seconds: how long the whole run takes; None where that is not known.
        least_seconds: the same, where the other tasks are as quick as in the quickest of the last runs.
        most_seconds: the same, with the slowest.
        extra_usd: what the run costs beyond what is paid anyway; None where that is not known.
        total_usd: what the instance costs in all while the run lasts; None where that is not known.
    """

    resize: WhenToResize
    is_default: bool
    makes_big: bool
    why: str
    seconds: float | None
    whole_seconds: float | None = None
    least_seconds: float | None = None
    most_seconds: float | None = None
    extra_usd: float | None
    total_usd: float | None = None


class CheckLine(View):
    """A line of preflight's table; `ec2_resize.preflight.check` says what the fields mean."""

    name: str
    result: Literal["ok", "warning", "failed"]
    found: str
    what_to_do: str


class LastPreflight(View):
    """The last table that a preflight has left, whatever came of it.

    Attributes:
        run_id: its run.
        at: when it was left.
        checks: the table.
    """

    run_id: str
    at: AwareDatetime
    checks: tuple[CheckLine, ...]

    @property
    def failed(self) -> tuple[CheckLine, ...]:
        """The lines that have stopped the run."""
        return tuple(it for it in self.checks if it.result == "failed")

    @property
    def warnings(self) -> tuple[CheckLine, ...]:
        """The lines that a person should know."""
        return tuple(it for it in self.checks if it.result == "warning")

    @property
    def well(self) -> tuple[CheckLine, ...]:
        """The other lines."""
        return tuple(it for it in self.checks if it.result == "ok")


class BeforeView(PageView):
    """The page before a run.

    Attributes:
        dag_id: the DAG.
        instance_id: the instance that the trigger form offers.
        instance: what it is now; None where AWS has not answered yet.
        is_known: whether anybody could look what is to do.
        problems: why there is nothing that could be computed; empty where there is.
        work: what the next run would do; None where there are problems, or nobody knows.
        estimate: how long that takes either way, in a sentence; empty where nobody can tell.
        options: what comes of each choice of `resize`.
        choice_title: what the trigger form calls the choice.
        other_tasks: what a run takes besides stages and resizes; None where nobody could look.
        is_preflight_known: whether anybody could look what preflight has left.
        preflight: what the last one has left; None where none has left anything.
        at_work: the runs that have not ended; the next one waits for them.
    """

    dag_id: str
    instance_id: str
    instance: Instance | None = None
    is_known: bool = False
    problems: tuple[str, ...] = ()
    work: Work | None = None
    estimate: str = ""
    options: tuple[Option, ...] = ()
    choice_title: str = ""
    other_tasks: OtherTasks | None = None
    is_preflight_known: bool = False
    preflight: LastPreflight | None = None
    at_work: tuple[str, ...] = ()
