"""What preflight asks of Airflow keeps a run from starting."""

from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException

from ec2_resize.preflight.check import Check
from include.months import MonthRange
from include.pipeline import plan
from tier1_tasks import preflight
from tier1_tasks.form import PARAMS
from tier1_tasks.host.placement import ON_THE_INSTANCE


def test_a_run_touches_nothing_where_the_stages_could_not_run_on_the_instance(monkeypatch):
    monkeypatch.setitem(ON_THE_INSTANCE, "queue", "master")
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "LocalExecutor")
    # all else is well
    months = MonthRange.of_texts("2024-01", "2024-03")
    monkeypatch.setattr(plan, "make_plan", lambda *_: SimpleNamespace(problems=[], months=months))
    monkeypatch.setattr(preflight, "conninfo", lambda _: "")
    monkeypatch.setattr(preflight, "identity_of", lambda _: SimpleNamespace(owner="airflow"))
    monkeypatch.setattr(preflight, "check_instance", lambda *_: [Check("instance", "ok", "running")])
    monkeypatch.setattr(preflight, "check_other_runs", lambda _: Check("other runs", "ok", "none"))
    ti = SimpleNamespace(xcom_push=lambda **_: None)
    params = {name: param.value for name, param in PARAMS.items()}
    with pytest.raises(
        AirflowFailException, match=r"touched nothing\. stage executor: .*LocalExecutor serves"
    ):
        preflight.preflight.function(params, ti)
    monkeypatch.delitem(ON_THE_INSTANCE, "queue")
    assert preflight.preflight.function(params | {"shards": 2}, ti) == [
        {"first": "2024-01", "last": "2024-01"},
        {"first": "2024-02", "last": "2024-03"},
    ]
