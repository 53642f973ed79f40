"""What preflight leaves for the host of the stages."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from embedded.connections import postgres_connection
from include.code import Code
from tests.ec2.simulator import BASE, Simulator
from tests.store.history import load_history
from tests.tier1_tasks.host.case import params
from tier1_tasks.names import PREFLIGHT
from tier1_tasks.planned import expected_of
from tier1_tasks.preflight import preflight


def test_preflight_leaves_the_code_with_which_the_run_has_begun(
    aws: Simulator, conn: Any, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    load_history(conn)
    xcoms: dict[tuple[str, str], Any] = {}
    ti = SimpleNamespace(
        run_id="manual",
        dag_id="tier1",
        xcom_push=lambda key, value: xcoms.update({(PREFLIGHT, key): json.loads(json.dumps(value))}),
        xcom_pull=lambda task_ids, key="return_value", map_indexes=None: xcoms.get((task_ids, key)),
        get_dr_count=lambda **_: 1,
    )
    preflight.function(params(instance_id=aws.instance(instance_type=BASE)), ti)
    assert expected_of(ti) == Code.here()
