"""What the page of a run shows: the JSON answer, and what its template renders."""

from enum import StrEnum

from pydantic import AwareDatetime

from tier1_page.view import PageView, View, lasted


class MonthState(StrEnum):
    """How a month of a stage stands."""

    DONE = "done"
    VALID = "valid"
    RUNNING = "running"
    FAILED = "failed"
    TO_DO = "todo"
    UNKNOWN = "unknown"


class Month(View):
    """A month of a stage.

    Attributes:
        month: YYYY-MM.
        state: how it stands.
        rows: its rows; None where it has none yet.
        seconds: how long it took to compute.
        made_by: the run that has computed it, where that is another one.
        log: the log of the task that made it, from the UI's root; empty where Airflow has none.
    """

    month: str
    state: MonthState
    rows: int | None = None
    seconds: float | None = None
    made_by: str = ""
    log: str = ""


class Left(View):
    """When something is going to end.

    Attributes:
        ends: about when.
        earliest: a month's spread earlier; None where nobody can tell.
        latest: the same, later.
        how: what that is worked out from.
    """

    ends: AwareDatetime
    earliest: AwareDatetime | None = None
    latest: AwareDatetime | None = None
    how: str


class Stage(View):
    """A stage of the run.

    Attributes:
        stage: its name, which is its table's.
        task_id: its task.
        state: in a word.
        kind: the word's colour.
        log: its log, from the UI's root.
        months: all its months.
        done: how many need no more work; None where the database has not told.
        valid: how many of these had been computed before.
        rows: rows that this run has computed.
        rows_per_second: how fast, while it computes; None before the first month.
        started: when it began; None before.
        ended: when it ended; None before.
        left: when it is going to end; None where nobody can tell, or it has ended.
        computing: seconds that its months took, without the task's wait for a worker; None before.
        last_seconds: how long its task took in the last run that succeeded; None where that is not known.
        last_computing: seconds that its months took there; None without such a run.
        last_computed: how many months that run has computed.
    """

    stage: str
    task_id: str
    state: str
    kind: str
    log: str
    months: tuple[Month, ...] = ()
    done: int | None = None
    valid: int = 0
    rows: int = 0
    rows_per_second: float | None = None
    started: AwareDatetime | None = None
    ended: AwareDatetime | None = None
    left: Left | None = None
    computing: float | None = None
    last_seconds: float | None = None
    last_computing: float | None = None
    last_computed: int | None = None

    @property
    def seconds(self) -> float | None:
        """How long its task took; None before it has ended."""
        return lasted(self.started, self.ended)


class Task(View):
    """Another task of the run.

    Attributes:
        task_id: the task.
        state: in a word.
        kind: the word's colour.
        log: its log, from the UI's root.
        started: when it began.
        ended: when it ended.
        last_seconds: how long it took in the last run that succeeded.
    """

    task_id: str
    state: str
    kind: str
    log: str
    started: AwareDatetime | None = None
    ended: AwareDatetime | None = None
    last_seconds: float | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took; None before it has ended."""
        return lasted(self.started, self.ended)


class Instance(View):
    """The instance, as AWS describes it.

    Attributes:
        instance_id: the instance.
        type: its type.
        state: its state.
        checks: its status checks; empty where it does not run.
        reason: why its state changed by itself; empty where it did not.
        size: `small`, `big`, or `other` for a type that the run does not know.
        leased_by: the run that has leased it; empty where nobody has.
        is_ours: whether that is this run.
        leased_until: until when that is believed.
        hourly_usd: what an hour costs now, 0 while it is stopped; None where nobody knows the price.
        price_source: who says so.
    """

    instance_id: str
    type: str
    state: str
    checks: str = ""
    reason: str = ""
    size: str = "other"
    leased_by: str = ""
    is_ours: bool = False
    leased_until: AwareDatetime | None = None
    hourly_usd: float | None = None
    price_source: str = ""


class Worker(View):
    """The worker on the instance, as Airflow knows it.

    Attributes:
        name: its name, which is its host's.
        state: its state.
        last_heard: when it last reported; None for never.
    """

    name: str
    state: str
    last_heard: AwareDatetime | None = None


class CostLine(View):
    """What the instance cost while it had a type.

    Attributes:
        type: the type.
        seconds: how long.
        usd: what that costs; None where nobody knows the price.
        is_least: whether that is for the shortest time that AWS bills, as it was shorter.
    """

    type: str
    seconds: float
    usd: float | None
    is_least: bool = False


class Cost(View):
    """What the run costs.

    Attributes:
        so_far_usd: from the beginning of upsize until now, or until downsize has ended; None: not known.
        projected_usd: what it will have been in the end; None where nobody can tell.
        lines: by type.
        earlier_usd: what of that is of attempts before the run was cleared; None without any, or not known.
        earlier_seconds: for how long these had the instance.
        unknown: why something is not known.
        is_final: whether the run is over.
    """

    so_far_usd: float | None = None
    projected_usd: float | None = None
    lines: tuple[CostLine, ...] = ()
    earlier_usd: float | None = None
    earlier_seconds: float = 0.0
    unknown: str = ""
    is_final: bool = False


class Claim(View):
    """A claim of the validation.

    Attributes:
        name: what is claimed, in words.
        says: the claim as a sentence.
        state: `holds`, `does not hold`, or `to come`.
        kind: the colour.
        found: what came of it, for people.
    """

    name: str
    says: str
    state: str
    kind: str
    found: str = ""


class VerdictLine(View):
    """A line of the verdict: of work, validation or infrastructure."""

    about: str
    standing: str
    kind: str
    why: str


class Verdict(View):
    """What the run's report says.

    Attributes:
        lines: work, validation, infrastructure.
        problems: what went wrong, with what to do.
        warnings: what a person should know.
    """

    lines: tuple[VerdictLine, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Words(View):
    """A part of a sentence.

    Attributes:
        text: the words.
        path: what they lead to, from the UI's root; empty for plain words.
    """

    text: str
    path: str = ""


class NextStep(View):
    """What the operator does now.

    Attributes:
        kind: `running`, `done`, `warning` or `failed`.
        words: the sentence.
    """

    kind: str
    words: tuple[Words, ...]

    def __str__(self) -> str:
        return "".join(it.text for it in self.words)


class AfterAnswer(View):
    """How long the run goes on when somebody has answered.

    Attributes:
        seconds: how long.
        answer: the answer that it is about: what was asked for in the form, or preflight proposes.
        how: what that is worked out from.
    """

    seconds: float
    answer: str
    how: str


class RunPage(PageView):
    """The page of a run.

    Attributes:
        run_id: the run.
        state: of the run, in a word.
        kind: the word's colour.
        next_step: what the operator does now.
        started: when it began.
        ended: when it ended.
        left: when it is going to end; None while it waits for an answer.
        after_answer: how long it takes from the answer on; None where it waits for none, or nobody can tell.
        last_seconds: how long the last run took that succeeded.
        tasks: those that are no stage, in the order of the run.
        stages: the stages.
        instance: the instance; None where AWS has not answered.
        worker: the worker on it; None where it has none, or Airflow does not know it.
        cost: what the run costs.
        claims: those of the validation.
        verdict: what the report says; None before there is one.
    """

    run_id: str
    state: str
    kind: str
    next_step: NextStep
    started: AwareDatetime | None = None
    ended: AwareDatetime | None = None
    left: Left | None = None
    after_answer: AfterAnswer | None = None
    last_seconds: float | None = None
    tasks: tuple[Task, ...] = ()
    stages: tuple[Stage, ...] = ()
    instance: Instance | None = None
    worker: Worker | None = None
    cost: Cost = Cost()
    claims: tuple[Claim, ...] = ()
    verdict: Verdict | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took; None before it has ended."""
        return lasted(self.started, self.ended)
