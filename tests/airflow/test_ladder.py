"""What AWS refuses, seen from a run: which type it got, its colour, what its report says, who was told."""

import psycopg
import pytest

from ec2_resize.holder import RUN
from tests.airflow.running import BASE, CONF, WORK, Running, eventually

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("airflow")]  # one running Airflow for all
NEXT_WORK, EQUIVALENT = "c6i.8xlarge", "t3a.2xlarge"
REFUSED = {"action": "StartInstances", "times": 99, "error": "Unsupported", "status": 400}


def report(airflow: Running, run_id: str) -> dict:
    with psycopg.connect(airflow.features) as conn:
        row = conn.execute("select report from tier1.run_report where run_id = %s", [run_id]).fetchone()
    assert row
    return row[0]


def test_another_big_type_serves_and_another_small_one_until_downsize_is_cleared(airflow: Running) -> None:
    airflow.control("POST", "faults", REFUSED | {"type": WORK})
    airflow.control("POST", "faults", REFUSED | {"type": BASE})
    run_id = airflow.start(airflow.tier1, CONF | {"work_type": [WORK, NEXT_WORK]})
    assert airflow.end(airflow.tier1, run_id) == "failed"
    states = airflow.states(airflow.tier1, run_id)
    assert (states["upsize"], states["publish"]) == ("success", "success")
    assert (states["downsize"], states["verdict"]) == ("failed", "failed")
    assert airflow.outcome() == (EQUIVALENT, "running")
    found = report(airflow, run_id)
    assert (found["upsize"]["type_after"], found["upsize"]["outcome"]) == (NEXT_WORK, "wanted")
    assert (found["downsize"]["type_after"], found["downsize"]["outcome"]) == (EQUIVALENT, "fallback")
    assert any(it.startswith(f"downsize ended running as {EQUIVALENT}") for it in found["problems"])
    assert RUN not in airflow.tags()
    told = airflow.mails()
    assert sorted(told) == [
        f"TIER 1: {airflow.describe()['InstanceId']} may not be small",
        f"TIER 1: run {run_id} is red",
    ]

    airflow.control("DELETE", "faults")
    airflow.tier1.clear(run_id, "downsize")
    eventually(lambda: airflow.outcome() == (BASE, "running"), 90)
    assert airflow.end(airflow.tier1, run_id) == "success"
    assert report(airflow, run_id)["problems"] == []


def test_upsize_itself_brings_the_base_type_back(airflow: Running) -> None:
    airflow.control("POST", "faults", REFUSED | {"type": WORK})
    run_id = airflow.start(airflow.tier1)
    assert airflow.end(airflow.tier1, run_id) == "failed"
    states = airflow.states(airflow.tier1, run_id)
    assert (states["upsize"], states["stage_2_3"]) == ("failed", "upstream_failed")
    assert (states["downsize"], states["verdict"]) == ("success", "failed")
    assert airflow.outcome() == (BASE, "running")
    assert "upsize ended running as t3.2xlarge, since AWS refused" in " ".join(
        report(airflow, run_id)["problems"]
    )
