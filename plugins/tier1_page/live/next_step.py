"""What the operator does now: one sentence, from the states of the tasks and of the instance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.settings import WhenToResize
from tier1_page.live.in_airflow import RunSeen, log_of
from tier1_page.live.model import Instance, NextStep, Stage, Task, Words, Worker
from tier1_page.live.wording import AT_WORK, NOT_BEGUN
from tier1_tasks.form import problems_with_parameters
from tier1_tasks.names import APPROVE, DAG_ID, DOWNSIZE, GUARD_ID, PREFLIGHT, VERDICT

SILENT = timedelta(minutes=1)
CLEAR = "then clear it there: leave Downstream ticked, and do not choose Only failed."


@dataclass(frozen=True, slots=True)
class Situation:
    """What there is to judge.

    Attributes:
        run: the run.
        tasks: all its tasks, in their order.
        instance: what it is now; None where that is not known.
        worker: the worker on it; None where there is none, or it is not known.
        now: the time.
    """

    run: RunSeen
    tasks: Sequence[Task | Stage]
    instance: Instance | None
    worker: Worker | None
    now: datetime

    @property
    def failed(self) -> list[Task | Stage]:
        """The tasks that have failed, but for the verdict, which fails with them."""
        return [it for it in self.tasks if it.kind == "failed" and it.task_id != VERDICT]

    @property
    def is_big(self) -> bool:
        """Whether the instance is big although this run has ended, and no other run says that it needs it."""
        it = self.instance
        if it is None or it.size != "big":
            return False
        is_anothers = bool(it.leased_by) and not it.is_ours
        return not (is_anothers and it.leased_until is not None and it.leased_until > self.now)

    @property
    def is_silent(self) -> bool:
        """Whether a stage computes on a host that is not heard of."""
        computes = any(isinstance(it, Stage) and it.state == "running" for it in self.tasks)
        heard = self.worker.last_heard if self.worker else None
        return computes and heard is not None and self.now - heard > SILENT


def next_step(now: Situation) -> NextStep:
    """Return the sentence: what is urgent first."""
    return next(_after(now) if now.run.is_over else _meanwhile(now))


def _meanwhile(now: Situation) -> Iterator[NextStep]:
    run = now.run
    if run.state == "queued":
        yield _say("warning", "Wait, or end the other run: this one begins when no other one runs.")
    yield from _refused(now)
    for it in now.failed:
        is_small = run.state_of(DOWNSIZE) not in NOT_BEGUN | AT_WORK or not run.choice.resizes
        wait = "" if is_small else "wait until downsize has made the instance small, "
        yield _say("failed", f"{it.task_id} failed: ", _log(it), f", mend the cause, {wait}{CLEAR}")
    if run.state_of(APPROVE) == "awaiting_input":
        question = ("Answer the question", f"{log_of(run.run_id, APPROVE)}/required_actions")
        yield _say("warning", question, f": {_answers(run)}. Nothing is touched until then.")
    for it in now.tasks:
        if it.state == "is tried again":
            log = ("its log says why", it.log)
            yield _say("warning", f"Nothing yet: {it.task_id} has failed, and is tried again; ", log, ".")
    if now.is_silent:
        yield _say(
            "warning",
            f"Look at {run.parameters['instance_id']}: its worker has not been heard of for a minute while a "
            "stage runs (there: systemctl status tier1-worker). The run notices by itself, and tries again.",
        )
    if now.instance and now.instance.checks == "impaired":
        yield _say(
            "warning",
            f"Look at {now.instance.instance_id} in AWS: its status checks are impaired. If it does not "
            "recover, mark the run failed: the instance then becomes small.",
        )
    if run.parameters["require_approval"] and run.state_of(APPROVE) in NOT_BEGUN:
        yield _say(
            "running", f"Soon it asks you: {_answers(run)}. Nothing is touched until you have answered."
        )
    end = ", and the instance becomes small at its end" if run.choice.resizes else ""
    yield _say("running", f"Nothing: the run goes on by itself{end}.")


def _after(now: Situation) -> Iterator[NextStep]:
    run, failed = now.run, now.failed
    may_be_ours = run.choice.resizes or (now.instance is not None and now.instance.is_ours)
    if now.instance and now.is_big:
        yield from _left_big(run, now.instance, may_be_ours=may_be_ours)
    for it in failed:
        if it.task_id == DOWNSIZE:
            yield _say("failed", "downsize failed, so the instance may be big: ", _log(it),
                       ", mend the cause, and clear downsize.")  # fmt: skip
    yield from _refused(now)
    for it in failed:
        if it.task_id == PREFLIGHT:
            yield _say("failed", "preflight failed, and nothing was touched: ", ("its log", it.log),
                       " says what is wrong and the remedy; mend that, then clear preflight.")  # fmt: skip
        if it.task_id == APPROVE:
            again = ("Trigger another one", f"dags/{DAG_ID}")
            yield _say("warning", "Nothing: the run was rejected, or not answered in time. ", again,
                       " when it is wanted.")  # fmt: skip
        yield _say("failed", f"{it.task_id} failed: ", _log(it), f", mend the cause, {CLEAR}")
    if run.state == "failed":
        log = ("read the log of verdict", log_of(run.run_id, VERDICT))
        yield _say(
            "failed", "The run failed at its end: ", log, ": it says what is not well, and what to do."
        )
    if now.instance and now.is_big:
        yield _say(
            "warning",
            f"{now.instance.instance_id} is big, and no run has made it so. Where nobody needs that, make it "
            f"{run.parameters['base_type']} by hand: the guard leaves it alone.",
        )
    yield _say("done", "Nothing: all is well. The report is below.")


def _answers(run: RunSeen) -> str:
    """Return what may be answered where the run asks."""
    never = run.parameters["resize"] == WhenToResize.NEVER
    return "compute as it is, or reject" if never else "resize, compute as it is, or reject"


def _refused(now: Situation) -> Iterator[NextStep]:
    """Say what preflight has refused of what the run was triggered with, which no clearing changes."""
    wrong = [*problems_with_parameters(now.run.parameters), *filter(None, [now.run.unreadable])]
    if wrong and any(it.task_id == PREFLIGHT for it in now.failed):
        again = ("Trigger a new run", f"dags/{DAG_ID}")
        yield _say("failed", f"preflight failed, and nothing was touched. {' '.join(wrong)} ", again,
                   ": this one keeps what it was triggered with, also where it is cleared.")  # fmt: skip


def _left_big(run: RunSeen, instance: Instance, *, may_be_ours: bool) -> Iterator[NextStep]:
    """Say what makes the instance small; nothing where only a person can."""
    big = f"{instance.instance_id} is big and no run needs it: "
    clear = ("clear downsize", log_of(run.run_id, DOWNSIZE))
    if instance.leased_by:
        guard = ("the guard", f"dags/{GUARD_ID}"), " makes it small within ten minutes, if it is on"
        # where the run has not touched the instance, neither does its downsize
        yield _say("failed", big, *guard, *(("; or ", clear) if may_be_ours else ()), ".")
    if may_be_ours:
        yield _say("failed", big, clear, ". No run has leased it, so the guard leaves it alone.")


def _log(task: Task | Stage) -> tuple[str, str]:
    return "read its log", task.log


def _say(kind: str, *words: str | tuple[str, str]) -> NextStep:
    parts = [(it, "") if isinstance(it, str) else it for it in words]
    return NextStep(kind=kind, words=tuple(Words(text=text, path=path) for text, path in parts))
