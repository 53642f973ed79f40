"""The page of a run says how it stands, from what was seen, and never more than that."""

from dataclasses import replace
from datetime import timedelta

from airflow.dag_processing.dagbag import BundleDagBag

from include.report.build import build_report
from include.settings import ROOT
from tests.report.reports import facts
from tests.tier1_page import made_up
from tests.tier1_page.made_up import (
    INSTANCE,
    NOW,
    RUN_ID,
    UP,
    at,
    cells,
    database,
    leased_by_another,
    left,
    page,
    run,
    seen,
    stage,
)
from tier1_page.live.in_aws import WorkerSeen
from tier1_page.live.stages import ORDER


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


def test_the_order_of_the_page_is_that_of_the_plan():
    bag = BundleDagBag(dag_folder=ROOT / "dags/tier1.py", bundle_path=ROOT / "dags", bundle_name="dags")
    assert list(ORDER) == [it.task_id for it in bag.dags["tier1"].topological_sort()]


def test_nothing_of_the_run_is_lost_where_it_is_said_in_words():
    assert page().say.startswith("The run is running. stage_2_4 is running. Nothing: ")
    assert page().run_id == RUN_ID
    assert page().started == at(0)
