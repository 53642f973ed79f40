"""Where Airflow's configuration would kill a stage, or let its worker do harm, a line says so."""

import pytest

from ec2_resize.preflight.check import Check
from tier1_tasks.host import configuration
from tier1_tasks.host.placement import ON_THE_INSTANCE

EDGE = "airflow.providers.edge3.executors.EdgeExecutor"
BOTH = f"LocalExecutor,EdgeExecutor:{EDGE}"
# What the documentation tells to set where the stages run on the instance.
CONTROL_PLANE = {
    "CORE__EXECUTOR": BOTH,
    "EDGE__API_ENABLED": "True",
    "API_AUTH__JWT_PRIVATE_KEY_PATH": "/etc/airflow/signing.pem",
    "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "120",
    "EXECUTION_API__JWT_EXPIRATION_TIME": "86400",
}
WORKER = {
    "CORE__EXECUTOR": BOTH,
    "EDGE__API_URL": "https://airflow.example.com/edge_worker/v1/rpcapi",
    "WORKERS__MAX_FAILED_HEARTBEATS": "100",
    "API_AUTH__JWT_LEEWAY": "120",
    "EDGE__API_RETRIES": "60",
    "EDGE__API_RETRY_WAIT_MAX": "5",
}


class Airflow:
    """A configuration of Airflow, as the environment has it, and where the settings put the stages."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch

    def has(self, options: dict[str, str]) -> None:
        for name, value in options.items():
            self._patch.setenv(f"AIRFLOW__{name}", value)

    def runs_stages(self, **where: str) -> None:
        for name, value in where.items():
            self._patch.setitem(ON_THE_INSTANCE, name, value)


@pytest.fixture
def airflow(monkeypatch):
    return Airflow(monkeypatch)


@pytest.fixture
def on_the_instance(airflow):
    """An Airflow whose stages run on the instance, configured as the documentation says."""
    airflow.runs_stages(queue="master", executor="EdgeExecutor")
    airflow.has(CONTROL_PLANE | WORKER)
    return airflow


def results(checks: list[Check]) -> dict[str, str]:
    return {check.name: check.result for check in checks}


def result(name: str, checks: list[Check]) -> str:
    assert all(check.what_to_do for check in checks if check.result != "ok")
    return results(checks)[name]


def test_all_is_well_where_the_documentation_was_followed(on_the_instance):
    control_plane, worker = configuration.on_control_plane(), configuration.on_worker()
    assert set(results([*control_plane, *worker]).values()) == {"ok"}


def test_without_a_worker_the_supervisor_counts_on_the_control_plane(airflow):
    names = set(results(configuration.on_control_plane()))
    assert names == {"heartbeat timeout", "task token", "failed heartbeats"}
    assert configuration.on_worker() == []


def test_with_a_worker_the_supervisor_counts_there(on_the_instance):
    assert "failed heartbeats" not in results(configuration.on_control_plane())
    assert "failed heartbeats" in results(configuration.on_worker())


def test_celery_is_not_asked_for_what_only_edge_needs(airflow):
    airflow.runs_stages(queue="master")
    airflow.has({"CORE__EXECUTOR": "CeleryExecutor"})
    names = set(results(configuration.on_control_plane()))
    assert names == {"heartbeat timeout", "task token", "redelivery", "stage executor", "queued timeout"}
    assert set(results(configuration.on_worker())) == {"failed heartbeats"}


@pytest.mark.parametrize(("seconds", "said"), [("20", "warning"), ("89", "warning"), ("90", "ok")])
def test_a_cut_of_a_minute_is_shorter_than_the_heartbeat_timeout(airflow, seconds, said):
    airflow.has({"SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": seconds})
    assert result("heartbeat timeout", configuration.on_control_plane()) == said


@pytest.mark.parametrize(
    ("most", "interval", "said"),
    [
        ("3", "5", "warning"),
        ("12", "5", "warning"),
        ("13", "5", "ok"),
        ("13", "1", "warning"),
        ("100", "1", "ok"),
    ],
)
def test_a_supervisor_goes_on_when_connections_are_refused_for_a_minute(airflow, most, interval, said):
    airflow.has({"WORKERS__MAX_FAILED_HEARTBEATS": most, "WORKERS__MIN_HEARTBEAT_INTERVAL": interval})
    assert result("failed heartbeats", configuration.on_control_plane()) == said


def test_airflows_own_number_of_failed_heartbeats_is_too_low(airflow):
    assert result("failed heartbeats", configuration.on_control_plane()) == "warning"


@pytest.mark.parametrize(("seconds", "said"), [("60", "warning"), ("599", "warning"), ("600", "ok")])
def test_a_task_token_outlives_an_outage(airflow, seconds, said):
    airflow.has({"EXECUTION_API__JWT_EXPIRATION_TIME": seconds})
    assert result("task token", configuration.on_control_plane()) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [("60", "warning"), ("180", "ok"), ("600.0", "ok"), ("1200", "ok"), ("7200", "warning")],
)
def test_a_task_waits_for_minutes_in_the_queue_and_not_for_hours(on_the_instance, seconds, said):
    on_the_instance.has({"SCHEDULER__TASK_QUEUED_TIMEOUT": seconds})
    assert result("queued timeout", configuration.on_control_plane()) == said


@pytest.mark.parametrize(("seconds", "said"), [("10", "warning"), ("89", "warning"), ("90", "ok")])
def test_a_worker_outlives_an_api_server_that_hangs(on_the_instance, seconds, said):
    on_the_instance.has({"API_AUTH__JWT_LEEWAY": seconds})
    assert result("worker token", configuration.on_worker()) == said


@pytest.mark.parametrize(
    ("tries", "longest", "said"),
    [("10", "5", "warning"), ("10", "90", "ok"), ("30", "5", "warning"), ("60", "5", "ok")],
)
def test_a_worker_outlives_an_api_server_that_refuses_connections(on_the_instance, tries, longest, said):
    on_the_instance.has({"EDGE__API_RETRIES": tries, "EDGE__API_RETRY_WAIT_MAX": longest})
    assert result("worker patience", configuration.on_worker()) == said


def test_a_worker_takes_the_tries_of_all_workers_where_it_has_none_of_its_own(on_the_instance, monkeypatch):
    monkeypatch.delenv("AIRFLOW__EDGE__API_RETRIES")
    assert result("worker patience", configuration.on_worker()) == "warning"
    on_the_instance.has({"WORKERS__API_RETRIES": "60"})
    assert result("worker patience", configuration.on_worker()) == "ok"


def test_a_worker_cannot_report_where_the_edge_api_is_off(on_the_instance):
    on_the_instance.has({"EDGE__API_ENABLED": "False"})
    assert result("Edge API", configuration.on_control_plane()) == "failed"


def test_the_edge_api_is_off_where_nobody_has_said_anything(on_the_instance, monkeypatch):
    monkeypatch.delenv("AIRFLOW__EDGE__API_ENABLED")
    assert result("Edge API", configuration.on_control_plane()) == "failed"


@pytest.mark.parametrize("name", ["EdgeExecutor", "Edge", EDGE])
def test_an_executor_is_known_by_alias_class_and_path(on_the_instance, name):
    on_the_instance.has({"CORE__EXECUTOR": f"LocalExecutor, Edge:{EDGE};team=CeleryExecutor"})
    on_the_instance.runs_stages(executor=name)
    assert result("stage executor", configuration.on_control_plane()) == "ok"
    assert result("Edge API", configuration.on_control_plane()) == "ok"


def test_an_executor_that_airflow_does_not_have_is_refused(on_the_instance):
    on_the_instance.has({"CORE__EXECUTOR": "LocalExecutor"})
    assert result("stage executor", configuration.on_control_plane()) == "failed"


def test_a_queue_that_the_local_executor_would_ignore_is_refused(airflow):
    airflow.runs_stages(queue="master")
    airflow.has({"CORE__EXECUTOR": BOTH})
    assert result("stage executor", configuration.on_control_plane()) == "failed"


def test_an_executor_without_a_queue_is_refused_as_nothing_waits_for_its_worker(airflow):
    airflow.runs_stages(executor="EdgeExecutor")
    airflow.has(CONTROL_PLANE)
    assert result("stage executor", configuration.on_control_plane()) == "failed"


@pytest.mark.parametrize(
    ("broker", "seconds", "said"),
    [
        ("redis://:s3cret@broker/0", None, "warning"),
        ("sqs://", "86400", "warning"),
        ("redis://broker/0", "200000", "ok"),
        ("amqp://broker", None, "ok"),
    ],
)
def test_celery_keeps_a_stage_with_its_worker_for_as_long_as_it_may_take(airflow, broker, seconds, said):
    airflow.has({"CORE__EXECUTOR": "CeleryExecutor", "CELERY__BROKER_URL": broker})
    if seconds:
        airflow.has({"CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": seconds})
    checks = configuration.on_control_plane()
    assert result("redelivery", checks) == said
    assert "s3cret" not in str(checks)


def test_a_worker_that_holds_what_signs_tokens_of_users_is_a_danger(on_the_instance, monkeypatch):
    monkeypatch.delenv("AIRFLOW__API_AUTH__JWT_PRIVATE_KEY_PATH")
    assert result("signing key", configuration.on_control_plane()) == "warning"


@pytest.mark.parametrize("option", ["EDGE__API_URL", "CORE__EXECUTION_API_SERVER_URL"])
@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("http://airflow.example.com:8080/execution/", True),
        ("http://10.0.0.7:8080/execution/", True),
        ("https://airflow.example.com/execution/", False),
        ("http://localhost:8080/execution/", False),
        ("http://127.0.0.1:8080/execution/", False),
        ("http://[::1]:8080/execution/", False),
    ],
)
@pytest.mark.parametrize("look", [configuration.on_control_plane, configuration.on_worker])
def test_plain_http_to_another_host_is_warned_of(on_the_instance, look, option, url, plain):
    on_the_instance.has({option: url})
    assert results(look()).get("encryption") == ("warning" if plain else None)


def test_a_password_in_an_address_is_not_shown(on_the_instance):
    on_the_instance.has({"EDGE__API_URL": "http://worker:s3cret@airflow.example.com/edge_worker/v1/rpcapi"})
    assert "s3cret" not in str(configuration.on_worker())
