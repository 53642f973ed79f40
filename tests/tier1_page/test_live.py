"""The page of a run says how it stands, from what was seen, and never more than that."""

from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from airflow.dag_processing.dagbag import BundleDagBag

from include.report.build import build_report
from include.settings import ROOT
from include.stages import STAGES
from tests.report.reports import facts
from tests.tier1_page import made_up
from tests.tier1_page.made_up import (
    INSTANCE,
    MONTHS,
    NOW,
    RUN_ID,
    UP,
    at,
    database,
    instance,
    left,
    page,
    run,
    seen,
)
from tier1_page.live.in_aws import WorkerSeen
from tier1_page.live.stages import ORDER

STAGE = STAGES[1]
PATH = "dags/tier1/runs/manual__2026-01-05T10%3A00%3A00%2B00%3A00"


def leased_by_another(hours):
    tags = {"tier1:lease-run": "another", "tier1:lease-expires": (NOW + timedelta(hours=hours)).isoformat()}
    return replace(instance(), tags=dict(instance().tags) | tags)


def untouched(state, failed=""):
    """A run that was told never to resize, and has ended."""
    states = {"approve": "skipped", "upsize": "success", "downsize": "skipped", "verdict": state}
    it = run(state, states | ({failed: "failed"} if failed else {}))
    return replace(it, parameters=it.parameters | {"resize": "never"})


def stage(of, task_id=STAGE.task_id):
    [found] = [it for it in of.stages if it.task_id == task_id]
    return found


def cells(of):
    return "".join(it.state.value[0] for it in of.months)  # d, v, r, f, t


def test_each_month_is_done_or_skipped_or_at_work_or_to_do():
    found = page()
    assert [cells(it) for it in found.stages] == ["d" * 12, "vvdddddrrttt", "t" * 12]
    now = stage(found)
    assert (now.done, now.valid, now.rows) == (7, 2, 155_010)
    assert now.rows_per_second == 1550.0


def test_a_month_leads_to_the_log_of_the_shard_that_has_made_it():
    shards = {made_up.BEFORE: [made_up.RunSeen("", "", left=left()).shards[0]]}
    months = {it.month: it for it in stage(page(shards=seen(shards))).months}
    assert months["2024-03"].log == f"{PATH}/tasks/stage_2_4/mapped/0"
    assert months["2024-07"].log == f"{PATH}/tasks/stage_2_4/mapped/1"
    before = months["2024-01"]
    assert before.log == "dags/tier1/runs/manual__2025-12-01T10%3A00%3A00%2B00%3A00/tasks/stage_2_4/mapped/0"
    assert (before.made_by, before.rows) == (made_up.BEFORE, 31_000)


def test_a_month_that_another_airflow_has_made_leads_nowhere():
    assert stage(page()).months[0].log == ""


def test_months_of_a_shard_that_failed_are_not_finished_and_the_others_are():
    found = made_up.failed()
    assert cells(stage(found)) == "vvdddddfffff"
    assert stage(found).log == f"{PATH}/tasks/stage_2_4/mapped/1"


def test_what_the_run_has_computed_stays_its_own_where_a_later_run_computes_it_again():
    found = made_up.succeeded()
    later = replace(database(), finished=made_up.finished(STAGE.name, MONTHS, "later"), to_do={})
    assert cells(stage(found)) == "d" * 12
    over = run("success", {"approve": "skipped", "upsize": "success"})
    assert cells(stage(page(over, database=seen(later)))) == "v" * 12


def shards_of_a_stage(first, second, run_state="running", **seen_there):
    """The page's cells of a stage whose two shards are in these states."""
    of = run(run_state, {"approve": "skipped", STAGE.task_id: first, f"{STAGE.task_id}_1": second,
                         f"{STAGE.task_id}_complete": None})  # fmt: skip
    known = {"finished": made_up.finished(STAGE.name, MONTHS), "at_work": ()}
    return cells(stage(page(of, database=seen(database(**(known | seen_there))))))


def finished_at(seconds, run_id=RUN_ID, months=MONTHS):
    return [replace(it, finished=at(seconds)) for it in made_up.finished(STAGE.name, months, run_id)]


@pytest.mark.parametrize("state", ["running", None, "queued", "up_for_retry", "deferred"])
def test_a_month_of_an_earlier_try_that_does_not_fit_any_more_is_to_do_again(state):
    old = {"finished": finished_at(-60), "to_do": {STAGE.name: MONTHS[2:4]}}
    assert shards_of_a_stage(state, "success", **old) == "ddttdddddddd"


def test_what_the_present_try_has_computed_is_done_whatever_its_prices_are_since():
    to_do = {STAGE.name: MONTHS}  # also where nothing watches the prices, so that nobody knows
    assert shards_of_a_stage("running", "failed", to_do=to_do) == "d" * 12


def test_a_valid_month_of_a_shard_that_failed_is_valid_also_when_the_run_is_over():
    before = finished_at(-60, made_up.BEFORE, MONTHS[5:9])
    for state in ("running", "failed"):
        found = shards_of_a_stage("success", "failed", state, finished=before, to_do={STAGE.name: MONTHS[8:]})
        assert found == "tttttvvvffff"


def test_what_another_run_has_computed_after_a_shard_failed_does_not_mend_this_one():
    later = finished_at(500, "later", MONTHS[6:])
    assert shards_of_a_stage("success", "failed", "failed", finished=later, to_do={}) == "ttttttffffff"


def test_a_stage_that_was_marked_done_has_not_skipped_what_nobody_has_computed():
    assert shards_of_a_stage("success", "success", finished=[], to_do={STAGE.name: MONTHS}) == "t" * 12


def test_a_stage_ends_when_its_progress_says_within_what_its_months_differ():
    left_of_it = stage(page()).left
    expected = NOW - timedelta(seconds=5) + timedelta(seconds=100 / 5 * 5)
    assert 0 <= (left_of_it.ends - expected).total_seconds() < 5
    assert left_of_it.earliest < left_of_it.ends < left_of_it.latest


def test_two_months_tell_no_range():
    of_two = database(finished=made_up.finished(STAGE.name, MONTHS[:2]))
    left_of_it = stage(page(database=seen(of_two))).left
    assert (left_of_it.earliest, left_of_it.latest) == (None, None)
    assert "no range" in left_of_it.how


def test_the_run_ends_later_than_its_stage_by_what_the_last_run_took_for_the_rest():
    found = page()
    rest = 13 + 18 + 110 + 2  # stage_2_16b, validate, downsize, verdict
    rest += 5 * 5 + 60  # no run has told of two sensors, evaluate, publish, and how a stage begins
    assert (found.left.ends - stage(found).left.ends).total_seconds() == pytest.approx(rest, abs=5)


def test_nobody_can_tell_the_end_before_a_person_has_answered_or_without_an_earlier_run():
    asks = run(states={"preflight": "success", "approve": "awaiting_input", "upsize": None})
    assert page(asks).left is None
    assert page(past=seen([])).left is None


def test_without_an_earlier_run_the_estimate_of_preflight_counts():
    estimate = {"seconds_big": 340.0, "seconds_as_it_is": 900.0, "downtime_seconds": 60.0}
    found = page(run(left=left(preflight__estimate=estimate)), past=seen([]))
    # 17 months of stages are left to do, 12 of them of the last one; then downsize
    rest = 240 + 60 + 8 * 5 + 60  # 5 s for each task to begin and end, and a minute to evaluate
    assert (found.left.ends - stage(found).left.ends).total_seconds() == pytest.approx(rest, abs=5)
    assert "preflight has estimated" in found.left.how


def test_in_a_first_run_the_time_left_falls_as_tasks_end():
    estimate = {"seconds_big": 34.0, "seconds_as_it_is": 90.0, "downtime_seconds": 60.0}
    known = {"database": seen(database(finished=(), progress=(), at_work=(), to_do={})), "past": seen([])}
    lefts = []
    for number, task_id in enumerate(ORDER[2:], start=2):
        states = dict.fromkeys(ORDER[:number], "success") | dict.fromkeys(ORDER[number:])
        states[task_id] = "queued"
        found = page(run(states=states, left=left(preflight__estimate=estimate)), **known)
        lefts.append((found.left.ends - NOW).total_seconds())
    assert lefts == sorted(set(lefts), reverse=True)


def asking(**parameters):
    estimate = {"seconds_big": 340.0, "seconds_as_it_is": 900.0, "downtime_seconds": 60.0}
    found = left(preflight__estimate=estimate)
    del found["upsize", "return_value"]
    asks = run(
        states=dict.fromkeys(ORDER) | {"preflight": "success", "approve": "awaiting_input"}, left=found
    )
    return replace(asks, parameters=asks.parameters | parameters)


def test_while_it_asks_the_page_says_what_comes_after_the_answer_and_what_it_costs():
    nothing_computed = seen(database(finished=(), progress=(), at_work=(), to_do={}))
    found = page(asking(), past=seen([]), database=nothing_computed)
    # three stages, two resizes, and each task's start
    assert found.after_answer.seconds == pytest.approx(340 + 2 * 60 + 13 * 5 + 60)
    assert found.after_answer.answer == "Resize and compute"
    assert found.left is None
    assert found.cost.projected_usd > 0.1
    small = page(asking(resize="never"), past=seen([]), database=nothing_computed)
    assert small.after_answer.seconds == pytest.approx(900 + 11 * 5 + 60)
    assert (small.after_answer.answer, small.cost.projected_usd) == ("Compute as it is", 0.0)


def test_the_cost_is_that_of_the_receipt_so_far_and_goes_on_at_the_price_of_each_type():
    cost = page().cost
    # upsize: 30 s small, then big; 0.36 and 1.44 dollars an hour, billed for a minute at least
    assert cost.so_far_usd == pytest.approx(60 / 3600 * 0.36 + 560 / 3600 * 1.44)
    # downsize takes 110 s, in which it becomes small; verdict takes 2 s, and is in no receipt
    seconds = (page().left.ends - NOW).total_seconds()
    in_the_end = (30 + 110) / 3600 * 0.36 + (560 + seconds - 112) / 3600 * 1.44
    assert cost.projected_usd == pytest.approx(in_the_end, abs=5 / 3600 * 1.44)
    assert not cost.is_final


def test_what_a_run_cost_before_it_was_cleared_is_part_of_its_cost():
    before = build_report(facts())
    found = page(database=seen(database(report=before))).cost
    assert found.earlier_usd == pytest.approx(before.receipt.total_usd)
    assert found.so_far_usd == pytest.approx(page().cost.so_far_usd + before.receipt.total_usd)
    assert found.projected_usd == pytest.approx(page().cost.projected_usd + before.receipt.total_usd)
    waits = run(states={"upsize": None}, left={it: what for it, what in left().items() if it[0] != "upsize"})
    assert page(waits, database=seen(database(report=before))).cost.so_far_usd == found.earlier_usd


@pytest.mark.parametrize("again", ["is at work", "resizes nothing", "waits"])
def test_a_cost_before_the_run_was_cleared_that_is_not_known_makes_that_of_the_run_unknown(again):
    big = facts()
    before = build_report(replace(big, downsize=None, tasks=big.tasks | {"downsize": "failed"}))
    waiting = {it: what for it, what in left().items() if it[0] != "upsize"}
    found = {
        "is at work": run(),
        "waits": run(states={"upsize": None}, left=waiting),
        "resizes nothing": run(states={"upsize": None}, left=waiting),
    }[again]
    if again == "resizes nothing":
        found = replace(found, parameters=found.parameters | {"resize": "never"})
    cost = page(found, database=seen(database(report=before))).cost
    assert (cost.so_far_usd, cost.projected_usd) == (None, None)
    assert "of earlier attempts: downsize has not said how it ended" in cost.unknown


def test_a_report_of_before_that_cannot_be_read_makes_the_cost_unknown():
    cost = page(database=seen(database(unreadable="lacks its tasks"))).cost
    assert cost.so_far_usd is None
    assert cost.unknown.endswith("of earlier attempts: lacks its tasks")


def test_what_an_upsize_has_left_that_was_skipped_since_is_of_the_attempt_before():
    before = build_report(facts())
    states = {"upsize": "skipped", "downsize": "running"}
    own = {**left(), ("upsize", "return_value"): asdict(facts().upsize)}
    cost = page(run(states=states, left=own), database=seen(database(report=before))).cost
    assert cost.so_far_usd == pytest.approx(before.receipt.total_usd)


def test_a_time_for_which_aws_bills_a_minute_is_marked():
    assert [it.is_least for it in page().cost.lines] == [True, False]


def test_nothing_that_is_cleared_or_skipped_shows_times_of_an_earlier_try():
    old = {"started": at(300), "ended": at(100)}
    states = {STAGE.task_id: None, "evaluate": "skipped", "downsize": "upstream_failed", "verdict": "running"}
    again = run(states=states)
    again = replace(again, tasks=tuple(replace(it, **old) for it in again.tasks))
    found = page(again)
    assert (stage(found).started, stage(found).seconds) == (None, None)
    times = {it.task_id: (it.started, it.seconds) for it in found.tasks}
    assert times["evaluate"] == times["downsize"] == (None, None)
    assert times["verdict"] == (at(300), None)


def test_a_stages_task_and_its_months_are_compared_with_the_same_of_the_last_run():
    past = replace(made_up.PAST, stage_tasks={STAGE.task_id: 62.0})
    found = stage(page(past=seen([past])))
    assert (found.computing, found.last_computing, found.last_seconds) == (100.0, 25.0, 62.0)


def test_the_last_run_took_what_its_own_page_says():
    assert page().last_seconds == 799.0
    assert page(lasted=seen({})).last_seconds == 780.0  # Airflow has it no more: by its tasks


def test_a_run_that_does_not_resize_costs_nothing_more():
    found = page(replace(run(), parameters=run().parameters | {"resize": "never"}))
    assert (found.cost.so_far_usd, found.cost.projected_usd) == (0.0, 0.0)
    assert "resize is never" in found.cost.unknown


def test_a_price_that_nobody_knows_is_not_zero():
    found = page(prices=seen([]))
    assert (found.cost.so_far_usd, found.instance.hourly_usd) == (None, None)


def test_a_stopped_instance_costs_nothing_an_hour():
    stopped = replace(instance(), state="stopped")
    assert page(instance=seen(stopped)).instance.hourly_usd == 0.0


def test_the_lease_is_told_apart_from_that_of_another_run():
    ours = page().instance
    assert (ours.size, ours.is_ours, ours.leased_until) == ("big", True, NOW + timedelta(hours=2))
    other = page(instance=seen(leased_by_another(hours=2))).instance
    assert (other.leased_by, other.is_ours) == ("another", False)


def test_claims_are_there_as_they_are_decided():
    decided = [
        {"claim": "values_are_finite", "looked_at": 12, "things": "columns", "against": 0, "figure": None},
        {"claim": "momentum_is_recomputed", "looked_at": 9, "things": "values", "against": 2, "figure": 0.5},
    ]
    now = run(states={"validate": "running", "evaluate": None}, left=left(validate__decided=decided))
    claims = {it.name: it for it in page(now).claims}
    assert len(claims) > 20
    assert claims["values are finite"].state == "holds"
    assert claims["momentum is recomputed"].state == "does not hold"
    assert claims["momentum is recomputed"].found == "2 of 9 values, largest figure 0.5"
    assert {it.state for it in claims.values()} == {"holds", "does not hold", "to come"}


def test_what_an_earlier_try_has_left_is_not_taken_for_what_a_cleared_run_does_now():
    claim = {"claim": "values_are_finite", "looked_at": 9, "things": "columns", "against": 0, "figure": None}
    before = left(downsize__return_value=made_up.DOWN, validate__return_value=[claim])
    report = build_report(replace(facts(), upsize=replace(facts().upsize, started=UP["started"])))
    found = page(run(left=before), database=seen(database(report=report)))
    assert {it.state for it in found.claims} == {"to come"}
    assert not found.cost.is_final
    assert found.cost.so_far_usd == page().cost.so_far_usd
    assert found.verdict is None
    assert made_up.succeeded().verdict is not None


def test_a_worker_that_nobody_could_look_for_is_not_called_silent():
    silent = [WorkerSeen(INSTANCE, "running", NOW - timedelta(seconds=90))]
    assert "the run goes on by itself" in str(page(workers=seen(silent, "no answer yet")).next_step)


def test_what_cannot_be_looked_at_is_said_with_its_age_and_is_no_zero():
    old = NOW - timedelta(minutes=3)
    found = page(
        database=seen(database(), "cannot connect to database 'tier1'", old),
        instance=seen(None, "no route to AWS", None),
    )
    assert [(it.why, it.since) for it in found.troubles] == [
        ("cannot connect to database 'tier1'", old),
        ("no route to AWS", None),
    ]
    assert found.instance is None
    assert cells(stage(found)) == "vvdddddrrttt"


def test_what_has_only_just_been_asked_is_no_trouble():
    unseen = seen(None, "no answer yet", None)
    found = page(instance=unseen, database=unseen)
    assert (found.instance, found.stages[0].done, found.told) == (None, None, ())
    assert found.again_seconds == 1


def test_a_database_that_has_never_answered_leaves_months_unknown_and_says_so():
    found = page(database=seen(None, "cannot connect", None))
    assert found.troubles[0].since is None
    assert {it.done for it in found.stages} == {None}


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


def test_the_order_of_the_page_is_that_of_the_plan():
    bag = BundleDagBag(dag_folder=ROOT / "dags/tier1.py", bundle_path=ROOT / "dags", bundle_name="dags")
    assert list(ORDER) == [it.task_id for it in bag.dags["tier1"].topological_sort()]


def test_nothing_of_the_run_is_lost_where_it_is_said_in_words():
    assert page().say.startswith("The run is running. stage_2_4 is running. Nothing: ")
    assert page().run_id == RUN_ID
    assert page().started == at(0)
