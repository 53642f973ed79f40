"""What a person does now, as the page of a run says it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.tier1_page import made_up
from tests.tier1_page.made_up import (
    INSTANCE,
    NOW,
    PATH,
    STAGE,
    asking,
    instance,
    leased_by_another,
    left,
    page,
    run,
    seen,
)
from tier1_page.live.in_aws import WorkerSeen


def untouched(state, failed=""):
    """A run that was told never to resize, and has ended."""
    states = {"approve": "skipped", "upsize": "success", "downsize": "skipped", "verdict": state}
    it = run(state, states | ({failed: "failed"} if failed else {}))
    return replace(it, parameters=it.parameters | {"resize": "never"})


@pytest.mark.parametrize(
    ("found", "kind", "says"),
    [
        (page(), "running", "Nothing: the run goes on by itself, and the instance becomes small at its end."),
        (made_up.succeeded(), "done", "Nothing: all is well. The report is below."),
        (made_up.failed(), "failed", "stage_2_4 failed: read its log, mend the cause, then clear it there"),
        (
            page(run(states={"approve": "awaiting_input", "upsize": None}, left=left())),
            "warning",
            "Answer the question: resize, compute as it is, or reject.",
        ),
        (
            page(replace(asking(require_approval=True), tasks=made_up.tasks({"approve": None}))),
            "running",
            "Soon it asks you: resize, compute as it is, or reject.",
        ),
        (
            page(
                replace(
                    run("failed", {"preflight": "failed", "approve": "upstream_failed", "verdict": "failed"}),
                    parameters=run().parameters | {"endmonth": "2024-02"},
                ),
                instance=seen(instance(made_up.BASE, leased=False)),
            ),
            "failed",
            "There is no parameter 'endmonth', and the run would ignore it: did you mean end_month? "
            "Trigger a new run: this one keeps what it was triggered with",
        ),
        (page(replace(run("queued"), started=None)), "warning", "Wait, or end the other run"),
        (
            page(run(states={STAGE.task_id: "failed", "downsize": "running", "verdict": None})),
            "failed",
            "wait until downsize has made the instance small, then clear",
        ),
        (
            page(run("failed", {"downsize": "failed"})),
            "failed",
            f"{INSTANCE} is big and no run needs it: the guard makes it small within ten minutes",
        ),
        (
            page(run("failed", {"downsize": "failed"}), instance=seen(instance(leased=False))),
            "failed",
            f"{INSTANCE} is big and no run needs it: clear downsize. No run has leased it, so the guard",
        ),
        (
            page(run("failed", {"verdict": "failed"}), instance=seen(leased_by_another(hours=1))),
            "failed",
            "The run failed at its end",
        ),
        (
            page(run("failed", {"verdict": "failed"}), instance=seen(leased_by_another(hours=-1))),
            "failed",
            "the guard makes it small",
        ),
        (
            page(run("failed", {"downsize": "failed"}), instance=seen(None, "no answer yet", None)),
            "failed",
            "downsize failed, so the instance may be big: read its log",
        ),
        (
            page(
                run("failed", {"preflight": "failed", "approve": "upstream_failed", "verdict": "failed"}),
                instance=seen(instance(made_up.BASE, leased=False)),
            ),
            "failed",
            "preflight failed, and nothing was touched",
        ),
        (
            page(workers=seen([WorkerSeen(INSTANCE, "running", NOW - timedelta(seconds=90))])),
            "warning",
            "its worker has not been heard of for a minute",
        ),
        (page(instance=seen(replace(instance(), checks="impaired"))), "warning", "checks are impaired"),
        (
            page(run(states={STAGE.task_id: "up_for_retry", "stage_2_4_complete": None})),
            "warning",
            "tried again",
        ),
        (
            page(run("failed", {"verdict": "failed"}), instance=seen(instance(made_up.BASE, leased=False))),
            "failed",
            "The run failed at its end: read the log of verdict",
        ),
        (
            page(untouched("success"), instance=seen(instance(leased=False))),
            "warning",
            f"make it {made_up.BASE} by hand: the guard leaves it alone",
        ),
        (
            page(untouched("success"), instance=seen(leased_by_another(hours=-1))),
            "failed",
            "makes it small within ten minutes, if it is on.",
        ),
        (
            page(untouched("failed", STAGE.task_id), instance=seen(instance(leased=False))),
            "failed",
            "stage_2_4 failed: read its log",
        ),
    ],
)  # fmt: skip
def test_what_to_do_now_is_one_sentence(found, kind, says):
    assert says in str(found.next_step)
    assert found.next_step.kind == kind


def test_the_first_link_of_a_failed_run_is_the_log_of_what_failed():
    links = [it.path for it in made_up.failed().next_step.words if it.path]
    assert links[0] == f"{PATH}/tasks/stage_2_4/mapped/1"
