"""The wording of each problem and warning of a report: what happened, to what, and what to do next."""

from collections.abc import Iterator, Mapping, Sequence

from include.report.model import Facts, Resize

MAY_BE_SKIPPED = frozenset({"approve", "evaluate"})
"""Tasks that a parameter of the run turns off."""

TASK_PROBLEMS: Mapping[str | None, str] = {
    "failed": "{task} failed: read its log, fix the cause, then clear {task} with 'Downstream' ticked",
    "skipped": "{task} was skipped: to run it, clear {task} with 'Downstream' ticked",
    None: "{task} has not run: to run it, clear {task} with 'Downstream' ticked",
}
"""By Airflow's state of the task; the words of the advice are those of Airflow's dialog."""

NOT_REACHED = "{tasks} did not run, because {cause} failed{then}"
"""One line for all of them: they are cleared with the task that failed."""

FAILED_FOR = "{task} failed: {why}. Fix the cause, then clear {task} with 'Downstream' ticked"
"""For a task that has left word of why."""
MOVED = "{task} failed: {why}"
"""For publish, which says itself what to clear: a stage, for nothing else mends it."""
REFUSED = (
    "{task} failed: {why} A run that is cleared keeps what it was triggered with: trigger a new run instead"
)
"""For preflight, where what the run was triggered with is at fault."""

SILENT = (
    "it ended without a word: somebody marked it, its process was killed, or its machine failed. When "
    "downsize began, {found}"
)
"""Why a task has failed that meant to leave word, and did not."""

ANOTHER_STATE = "{task} is {state}: when {task} has ended, clear verdict to judge the run again"

MARKED = "validate was marked as done, but {found}: clear validate with 'Downstream' ticked, so that it looks"
"""For a validation that has succeeded, and has not: only a person does that."""

RESIZE_PROBLEM = "{task} ended {state} as {type}, since AWS refused: {refused}. {advice}"
ADVICE_AFTER_REFUSAL = {
    "upsize": "Clear upsize with 'Downstream' ticked to ask AWS again, or start a run with another work_type",
    "downsize": "Clear downsize to ask AWS again",
}

INSTANCE_UNKNOWN = "Cannot read {id}, as AWS did not answer: look at {id} in the AWS console"
INSTANCE_NOT_SMALL = (
    "{id} is {state} as {type}, not running as {base_type}: clear downsize to try again (where preflight "
    "failed: fix that, and clear preflight with 'Downstream' ticked), or resize {id} by hand"
)


NOT_READ = "{id} was not read, as AWS did not answer; this run has not touched it"
LEFT_BIG = (
    "{id} is {state} as {type}, which is big, and no run has leased it: this run has not touched it, and "
    "nothing makes it small. Where nobody needs it so, make it {base_type} by hand"
)


def problems_of(facts: Facts) -> list[str]:
    """List what went wrong; empty where the run succeeded."""
    return [*_of_tasks(facts), *_of_validation(facts), *_of_resizes(facts), *_of_instance(facts)]


def warnings_of(facts: Facts) -> Iterator[str]:
    """Yield what the run is not to blame for, about an instance that it has not touched."""
    if not facts.is_untouched:
        return
    instance_id, now = facts.parameters["instance_id"], facts.instance
    if now is None:
        yield NOT_READ.format(id=instance_id)
    elif now.is_big and now.holder is None:
        base_type = facts.parameters["base_type"]
        yield LEFT_BIG.format(id=instance_id, state=now.state, type=now.type, base_type=base_type)


MOST_NAMED = 3

NOT_BEGUN = frozenset({None, "skipped", "upstream_failed"})
"""States of a task that has not run; None also stands for a task that the run does not have."""


def was_begun(facts: Facts, task: str) -> bool:
    """Tell whether a resize has begun, as far as what is left of it tells.

    An upsize that waits for another try becomes 'skipped' when somebody marks the run as failed, although it
    may have made the instance big. Then downsize has had something to do.
    """
    if facts.tasks.get(task) not in NOT_BEGUN:
        return True
    down = facts.downsize
    had_to_shrink = down is not None and (down.type_before != down.type_after or down.downtime_seconds > 0)
    return task == "upsize" and had_to_shrink


def was_never_big(facts: Facts) -> bool:
    """Tell whether no try of the run has begun to make the instance big, so that no way back is needed."""
    return facts.upsize is None and facts.downsize is None and facts.tasks.get("upsize") in NOT_BEGUN


def is_well(facts: Facts, task: str) -> bool:
    """Tell whether a task of the run has done what it was to do, which may be nothing."""
    needs_no_downsize = facts.is_untouched or was_never_big(facts)
    may_be_skipped = MAY_BE_SKIPPED | ({"downsize"} if needs_no_downsize else set())
    state = facts.tasks[task]
    return state == "success" or (state == "skipped" and task in may_be_skipped)


def _of_tasks(facts: Facts) -> Iterator[str]:
    for task, state in facts.tasks.items():
        if state == "failed" and task in facts.reasons:
            found = facts.downsize.found if facts.downsize else "the instance is not known"
            why = facts.reasons[task] or SILENT.format(found=found)
            wording = _wording_for(facts, task)
            yield wording.format(task=task, why=why if wording == REFUSED else why.rstrip("."))
        elif state != "upstream_failed" and not is_well(facts, task):
            yield TASK_PROBLEMS.get(state, ANOTHER_STATE).format(task=task, state=state)
    yield from _not_reached(facts)


def _wording_for(facts: Facts, task: str) -> str:
    if task == "preflight" and facts.is_refused:
        return REFUSED
    return MOVED if task == "publish" else FAILED_FOR


def _not_reached(facts: Facts) -> Iterator[str]:
    """Say in one line what did not run, however much it is: only what failed before it is to be mended."""
    missed = [task for task, state in facts.tasks.items() if state == "upstream_failed"]
    if not missed:
        return
    before = list(facts.tasks)[: list(facts.tasks).index(missed[-1])]
    cause = names_of([task for task in before if facts.tasks[task] == "failed"]) or "a task before"
    tasks = missed[0] if len(missed) == 1 else f"{len(missed)} tasks"
    yield NOT_REACHED.format(tasks=tasks, cause=cause, then="" if facts.is_refused else ": fix that first")


def names_of(tasks: Sequence[str]) -> str:
    """Name tasks, the first of them where there are many."""
    more = len(tasks) - MOST_NAMED
    return ", ".join(tasks[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _of_validation(facts: Facts) -> Iterator[str]:
    if facts.tasks.get("validate") != "success":
        return
    against = sum(1 for it in facts.validation if it.against)
    if against:
        yield MARKED.format(found=f"{against} of its {len(facts.validation)} claims did not hold")
    elif not facts.validation:
        yield MARKED.format(found="it has left nothing")


def _of_resizes(facts: Facts) -> Iterator[str]:
    resizes: dict[str, Resize | None] = {"upsize": facts.upsize, "downsize": facts.downsize}
    for task, resize in resizes.items():
        if resize and resize.outcome != "wanted":
            yield RESIZE_PROBLEM.format(
                task=task,
                state=resize.state,
                type=resize.type_after,
                refused=" | ".join(resize.refused),
                advice=ADVICE_AFTER_REFUSAL[task],
            )


def _of_instance(facts: Facts) -> Iterator[str]:
    instance_id, base_type = facts.parameters["instance_id"], facts.parameters["base_type"]
    now = facts.instance
    if facts.is_untouched:
        return
    if now is None:
        yield INSTANCE_UNKNOWN.format(id=instance_id)
    elif (now.type, now.state) != (base_type, "running"):
        yield INSTANCE_NOT_SMALL.format(id=instance_id, state=now.state, type=now.type, base_type=base_type)
