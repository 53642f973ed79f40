"""A stage is shared out: over several tasks, over several hosts"""

import pytest

from embedded.environment import INSTANCE_ID
from tests.airflow.guarantees import guarantee
from tests.airflow.run import Run
from tests.airflow.running import FIRST, LAST, Running
from tests.airflow.test_clearing import finished

pytestmark = pytest.mark.slow
THIRD = "2024-03"
MANY_SECONDS = 600
ANOTHER = "i-0123456789abcdef0"
RANGES = ["2024-01 to 2024-01", "2024-02 to 2024-02", "2024-03 to 2024-03"]
STAGES = ("currency_indices", "triangular_arbitrage", "currency_blocs")
TASKS = ("stage_2_3", "stage_2_4", "stage_2_16b")


def in_shards(airflow: Running, shards: int, **conf: object) -> Run:
    return airflow.start(end_month=THIRD, shards=shards, **conf)


def shards_of(run: Run) -> list[str]:
    return [name for name in sorted(run.states()) if name.startswith(TASKS) and "_complete" not in name]


def in_the_tables(airflow: Running) -> list[str]:
    """A digest of every row of each stage's table, in order."""
    query = "select md5(string_agg(md5(t::text), '' order by ts_utc)) from tier1.{} t"
    return [airflow.ask(query.format(stage))[0][0] for stage in STAGES]


@guarantee(
    "a stage is shared out to three tasks",
    "each computes its own months, and is named by them; the tables have the same bytes as with one: green; "
    "small",
    by="shards are ranges of months; a month is computed the same in each",
    within="",
)
def test_three_shards(airflow: Running) -> None:
    in_shards(airflow, 1).ends("success")
    alone = in_the_tables(airflow)
    run = in_shards(airflow, 3)
    run.ends("success")
    assert shards_of(run) == sorted(f"{task}[{shard}]" for task in TASKS for shard in range(3))
    assert [run.range(f"stage_2_3[{shard}]") for shard in range(3)] == RANGES
    assert {run.host(shard) for shard in shards_of(run)} == {INSTANCE_ID}
    assert in_the_tables(airflow) == alone
    [stage, *_] = run.report()["stages"]
    assert (stage["months"], stage["computed"]) == (3, 3)


@guarantee(
    "one of three shards fails; it is cleared alone",
    "red and small, and says which months; then the instance grows, that shard computes, all after it runs: "
    "green; what the others have computed stays",
    by="Airflow clears setups and teardowns with it; completion markers",
    within="",
)
def test_failed_shard(airflow: Running) -> None:
    airflow.ask("delete from tier1.completion_marker")
    run = in_shards(airflow, 3, force=False)
    run.becomes("upsize", "deferred")
    with airflow.impossible_price(THIRD):  # in the last one: no other looks back on it
        run.becomes("stage_2_3[2]", "failed")
    run.ends(
        "failed",
        f"stage_2_3 [{RANGES[2]}] failed: ",
        **{"stage_2_3[0]": "success", "stage_2_3[1]": "success", "stage_2_3[2]": "failed"},
        stage_2_3_complete="upstream_failed",
    )
    before = finished(airflow, STAGES[0])
    assert sorted(before) == [FIRST, LAST]
    airflow.happens()
    run.clear("stage_2_3[2]")
    run.ends("success")
    assert [run.attempts(f"stage_2_3[{shard}]") for shard in range(3)] == [1, 1, 2]
    after = finished(airflow, STAGES[0])
    assert sorted(after) == [FIRST, LAST, THIRD]
    assert before.items() <= after.items()


@guarantee(
    "a second host is named in `TIER1_MORE_HOSTS`",
    "its worker computes a part of the months, which their markers say; the same bytes: green; small",
    by="`TIER1_MORE_HOSTS`; each task looks at its own host first",
    within="",
)
def test_another_host(airflow: Running) -> None:
    in_shards(airflow, 1).ends("success")
    alone = in_the_tables(airflow)
    airflow.project.set(more_hosts=ANOTHER)
    airflow.patches("tier1_tasks.stages", "")
    with airflow.machine.another(ANOTHER):
        run = in_shards(airflow, 3)
        run.ends("success")
    hosts = {
        host
        for (host,) in airflow.ask("select host from tier1.completion_marker where month >= %s", "2024-01-01")
    }
    assert hosts == {INSTANCE_ID, ANOTHER}
    assert in_the_tables(airflow) == alone


@guarantee(
    "120 months are shared out to twelve tasks of each stage",
    "all run, each month once: green; small",
    by="a worker's eight places bound how many are queued at the same time",
    within="",
)
def test_many_shards(airflow: Running) -> None:
    run = airflow.start(start_month="2014-01", end_month="2023-12", shards=12)
    assert run.finishes(MANY_SECONDS) == "success"
    assert len(shards_of(run)) == 12 * len(TASKS)
    assert set(map(run.attempts, shards_of(run))) == {1}
    run.ends("success")
    months = "select stage, count(*) from tier1.completion_marker where run_id = %s group by stage"
    assert dict(airflow.ask(months, run.run_id)) == dict.fromkeys(STAGES, 120)
