"""A task of the instance begins in the triggerer where a worker is to run it; else as every other task."""

import functools
import json
import pkgutil
import time
from datetime import timedelta
from typing import Any

import pytest
from airflow.models.trigger import Trigger
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowSkipException, AirflowTaskTimeout
from airflow.sdk.execution_time.task_runner import _run_execute_callable
from airflow.serialization.decoders import smart_decode_trigger_kwargs
from airflow.serialization.serialized_objects import DagSerialization

from tests.ec2.driver import TaskInstance
from tests.tier1_tasks.host.test_configuration import BOTH
from tier1_tasks.form import PARAMS
from tier1_tasks.host.operator import OnInstanceOperator, S
from tier1_tasks.host.placement import ON_THE_INSTANCE
from tier1_tasks.host.trigger import WorkerTrigger
from tier1_tasks.planned import WHY

DEFAULTS = {name: param.value for name, param in PARAMS.items()}


def task_of(function, **arguments: Any) -> OnInstanceOperator:
    with DAG("tier1", schedule=None, params=PARAMS) as dag:
        OnInstanceOperator(task_id="stage", python_callable=function, **arguments)
    return dag.get_task("stage")


def as_stored(dag: DAG) -> Any:
    """The task as scheduler and triggerer have it, from Airflow's database."""
    return DagSerialization.from_dict(json.loads(json.dumps(DagSerialization.to_dict(dag)))).get_task("stage")


def run(
    task: OnInstanceOperator, *, resumed: bool = False, ti: TaskInstance | None = None, **params: Any
) -> Any:
    """Run the task as Airflow's task runner does; where it began in the triggerer, it is resumed."""
    context: Any = {"ti": ti or TaskInstance(), "params": DEFAULTS | params}
    execute: Any = task.execute
    if resumed:
        method = task.start_trigger_args.next_method
        event = {"event": {"worker": "i-1"}}
        execute = functools.partial(task.resume_execution, next_method=method, next_kwargs=event)
    if task._pre_execute_hook:
        task._pre_execute_hook(context)
    return _run_execute_callable(context, execute, task)


@pytest.fixture
def on_the_instance(monkeypatch):
    """Settings and a configuration of Airflow that leave the stages to a worker on the instance."""
    monkeypatch.setitem(ON_THE_INSTANCE, "queue", "big")
    monkeypatch.setitem(ON_THE_INSTANCE, "executor", "EdgeExecutor")
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", BOTH)
    wanted = {"stage_queue": "big", "stage_retries": 1, "worker_wait_minutes": timedelta(minutes=7)}
    monkeypatch.setattr("tier1_tasks.host.operator.S", S.model_copy(update=wanted))


def test_without_a_worker_a_task_starts_as_every_other():
    task = task_of(print)
    assert not task.start_from_trigger
    assert task.executor is None
    assert task.queue == "default"


@pytest.mark.parametrize("resumed", [False, True], ids=["at once", "from the triggerer"])
def test_the_function_is_called_and_its_result_is_the_tasks(on_the_instance, resumed):
    task, ti = task_of(lambda params, more: (params["shards"], more), op_kwargs={"more": 1}), TaskInstance()
    assert run(task, ti=ti, resumed=resumed, shards=3) == (3, 1)
    assert ti.xcom == {WHY: ""}


@pytest.mark.parametrize("resumed", [False, True], ids=["at once", "from the triggerer"])
def test_a_task_that_fails_leaves_word_of_why(on_the_instance, resumed):
    def fail():
        raise LookupError("no such table")

    ti = TaskInstance()
    with pytest.raises(LookupError):
        run(task_of(fail), ti=ti, resumed=resumed)
    assert ti.xcom == {WHY: "no such table"}


def test_an_error_without_a_text_is_no_silence():
    """The report takes silence for a machine that has died."""

    def fail():
        raise LookupError

    ti = TaskInstance()
    with pytest.raises(LookupError):
        run(task_of(fail), ti=ti)
    assert ti.xcom == {WHY: "LookupError"}


def test_a_task_that_takes_too_long_leaves_word_of_it():
    ti = TaskInstance()
    with pytest.raises((AirflowTaskTimeout, SystemExit)):  # Airflow kills it then
        run(task_of(lambda: time.sleep(30), execution_timeout=timedelta(seconds=0.2)), ti=ti)
    assert ti.xcom[WHY].startswith("Timeout")


def test_a_task_that_is_told_to_end_does_and_leaves_word_of_it():
    """Airflow calls `on_kill` from the handler of the signal, in the midst of the function."""

    def work():
        task.on_kill()

    ti, task = TaskInstance(), task_of(work)
    with pytest.raises(SystemExit):
        run(task, ti=ti)
    assert ti.xcom[WHY].startswith("it was told to end")


def test_while_it_runs_no_word_is_left_of_the_try_before():
    ti, seen = TaskInstance(), []
    ti.xcom[WHY] = "what went wrong before"
    run(task_of(lambda: seen.append(dict(ti.xcom))), ti=ti)
    assert seen == [{WHY: ""}]


def test_a_task_is_skipped_where_its_parameter_is_off():
    task = task_of(lambda: "called", param="evaluate")
    assert run(task, evaluate=True) == "called"
    with pytest.raises(AirflowSkipException, match="evaluate"):
        run(task, evaluate=False)


def test_with_a_worker_a_task_has_its_queue_and_executor_and_begins_in_the_triggerer(on_the_instance):
    task = task_of(print)
    assert (task.queue, task.executor, task.start_from_trigger) == ("big", "EdgeExecutor", True)


def test_a_queue_of_another_executor_is_not_waited_for(on_the_instance, monkeypatch):
    """Who listens on a queue of Celery's nobody tells."""
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.delitem(ON_THE_INSTANCE, "executor")
    task = task_of(print)
    assert (task.queue, task.start_from_trigger) == ("big", False)


def test_the_triggerer_gets_the_trigger_that_the_dag_file_asks_for(on_the_instance):
    """By the way of the serialized DAG and the table of triggers."""
    dag = task_of(print, param="evaluate").dag
    task = as_stored(dag)
    assert (task.queue, task.executor, task.start_from_trigger) == ("big", "EdgeExecutor", True)
    asked = task.start_trigger_args
    row = Trigger(classpath=asked.trigger_cls, kwargs=asked.trigger_kwargs)
    arguments = Trigger._decrypt_kwargs(row.encrypted_kwargs)
    trigger = pkgutil.resolve_name(row.classpath)(
        **{name: smart_decode_trigger_kwargs(value) for name, value in arguments.items()}
    )
    assert type(trigger) is WorkerTrigger
    assert trigger.serialize() == WorkerTrigger("big", "evaluate", 420.0, grows=True).serialize()
    assert hasattr(OnInstanceOperator, asked.next_method)


def test_a_task_in_shards_begins_in_the_triggerer_too_and_each_shard_gets_its_own_months(on_the_instance):
    """By the way of the serialized DAG: Airflow decides there, before it knows the shards."""
    with DAG("tier1", schedule=None, params=PARAMS) as dag:
        shards = EmptyOperator(task_id="preflight").output
        OnInstanceOperator.for_each(
            shards, task_id="stage", python_callable=lambda stage, first: (stage, first), op_args=["indices"]
        )
    task = as_stored(dag)
    assert (task.is_mapped, task.queue, task.executor) == (True, "big", "EdgeExecutor")
    assert task.start_from_trigger
    assert task.start_trigger_args == as_stored(task_of(print).dag).start_trigger_args
    shard = dag.get_task("stage").unmap({"op_kwargs": {"first": "2024-01"}})
    assert run(shard, resumed=True) == ("indices", "2024-01")


def test_without_retries_of_stages_the_trigger_does_not_grow(on_the_instance, monkeypatch):
    monkeypatch.setattr("tier1_tasks.host.operator.S", S.model_copy(update={"stage_retries": 0}))
    assert task_of(print).start_trigger_args.trigger_kwargs["grows"] is False
