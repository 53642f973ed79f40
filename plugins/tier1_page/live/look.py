"""Looks at a run, together with whoever else looks at it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tier1_page.live import in_airflow, in_aws, in_database, months
from tier1_page.live.model import RunPage
from tier1_page.live.page import Looks, page_of
from tier1_page.shared_look import Seen, SharedLook, SharedLooks
from tier1_tasks.form import RunParams
from tier1_tasks.prices import on_demand

if TYPE_CHECKING:
    from ec2_instance.reading import Instance
    from include.report.model import Price

# The seconds for which an answer counts as new. Without the run there is no page; all else may come later.
RUNS = SharedLooks(in_airflow.look_at_run, 1.0)
DATABASE = SharedLooks(in_database.look_at_database, 1.0, patience=0.4)
PAST = SharedLooks(in_database.look_at_past, 60.0, patience=0.1)
LASTED = SharedLooks(in_airflow.look_at_durations, 60.0, patience=0.1)
SHARDS = SharedLooks(in_airflow.look_at_shards, 60.0, patience=0.1)
WORKERS = SharedLook(in_aws.look_at_workers, 1.0, patience=0.1)
INSTANCES = SharedLooks(in_aws.look_at_instance, 5.0, patience=0.1)
PRICES = SharedLooks(in_aws.look_at_prices, 3600.0, patience=0.1)


class NoSuchRunError(LookupError):
    """Airflow has no run of that name."""


def look(run_id: str) -> RunPage | None:
    """Return the page of a run; None where Airflow's database does not answer, and never has.

    Raises:
        NoSuchRunError: Airflow has no such run.
    """
    seen = RUNS.see(run_id)
    run = seen.value
    if run is None:
        if seen.why:
            return None
        raise NoSuchRunError(run_id)
    shards = run.shards
    question = in_database.Question(
        run_id,
        shards[0].first if shards else "",
        shards[-1].last if shards else "",
        bool(run.parameters.get("force")),
    )
    database = DATABASE.see(question)
    elsewhere = months.others(database.value, run_id) if database.value else frozenset()
    past = PAST.see(run_id)
    instance, prices = see_instance(RunParams.of(run.parameters))
    return page_of(
        run,
        Looks(
            seen,
            database,
            past,
            LASTED.see(tuple(it.run_id for it in past.value or ())),
            SHARDS.see(elsewhere),
            instance,
            prices,
            WORKERS.see(),
        ),
    )


def see_instance(run: RunParams) -> tuple[Seen[Instance], Seen[list[Price]]]:
    """Return the instance of these parameters, and what an hour of the types costs that it has or may get."""
    types = (*run.small_types[:1], *run.work_types)
    instance = INSTANCES.see(run.instance_id)
    if instance.value and instance.value.type not in types:
        types = (*types, instance.value.type)
    prices = PRICES.see(types)
    if prices.value is None:  # AWS has not answered yet
        prices = replace(prices, value=on_demand(None, types))
    return instance, prices
