"""The stages begin only on the instance itself, where it is big, and where no stage can go elsewhere."""

import socket
from dataclasses import asdict, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from ec2_resize.preflight.check import Check
from include.code import Code
from tests.ec2.simulator import BASE, TRILLIUM, WORK
from tests.metadata import ENDPOINT, this_is
from tests.tier1_tasks.host.case import OWN, QUEUE, wanted
from tier1_tasks.host import place as module
from tier1_tasks.host.place import place, require_host
from tier1_tasks.host.placement import ON_THE_INSTANCE
from tier1_tasks.host.wanted import Wanted
from tier1_tasks.host.workers import Worker

OTHER = "i-00000000000000001"


def found(what: Wanted) -> dict[str, Check]:
    return {check.name: check for check in place("ip-10-0-0-1", what)}


def results(what: Wanted) -> dict[str, str]:
    return {name: check.result for name, check in found(what).items()}


def test_the_instance_itself_is_the_place() -> None:
    with this_is(TRILLIUM, WORK):
        assert results(wanted()) == {"this host": "ok", "type": "ok", "queue": "ok"}


def test_another_instance_is_not() -> None:
    with this_is(OTHER, WORK):
        check = found(wanted())["this host"]
    assert (check.result, check.found) == ("failed", f"{OTHER} in us-east-1")
    assert TRILLIUM in check.what_to_do


def test_a_host_that_is_no_instance_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")
    lines = found(wanted())
    assert {name: line.result for name, line in lines.items()} == {"this host": "failed", "queue": "ok"}
    assert "nobody answers" in lines["this host"].found


def test_the_small_type_is_refused() -> None:
    with this_is(TRILLIUM, BASE):
        check = found(wanted(instance_type=BASE))["type"]
    assert (check.result, check.found) == ("failed", BASE)
    assert "preflight and upsize then run before it" in check.what_to_do


def test_without_a_resize_the_small_type_will_do() -> None:
    with this_is(TRILLIUM, BASE):
        assert results(wanted(instance_type=BASE, resizes=False))["type"] == "ok"


def test_two_words_about_the_type_are_one_too_many() -> None:
    with this_is(TRILLIUM, WORK):
        check = found(wanted(instance_type="c6i.8xlarge"))["type"]
    assert check.result == "failed"
    assert check.found == f"{WORK} by its metadata service, c6i.8xlarge by EC2"


@pytest.mark.parametrize(
    ("other", "result"),
    [
        (Worker("laptop", [QUEUE], "idle", None), "failed"),
        (Worker("laptop", ["default", QUEUE], "running", None), "failed"),
        (Worker("laptop", None, "idle", None), "failed"),
        (Worker("laptop", [QUEUE], "starting", None), "failed"),
        (Worker("laptop", [QUEUE], "maintenance mode", None), "failed"),
        (Worker("laptop", [f"{QUEUE}-other"], "idle", None), "ok"),
        (Worker("laptop", [], "idle", None), "ok"),
        (Worker("laptop", [QUEUE], "offline", None), "ok"),
        (Worker("laptop", [QUEUE], "offline maintenance", None), "ok"),
        (Worker("laptop", None, "unknown", None), "ok"),
        (Worker("laptop", [QUEUE], "terminating", None), "ok"),
        (Worker("laptop", [QUEUE], "shutdown request", None), "failed"),
    ],
    ids=str,
)
def test_nobody_else_may_take_a_stage(other: Worker, result: str) -> None:
    with this_is():
        assert results(wanted(workers=[OWN, other]))["queue"] == result


def test_who_else_listens_is_named_with_what_he_does() -> None:
    seen = datetime(2026, 11, 26, 22, 41, 3, tzinfo=UTC)
    with this_is():
        check = found(wanted(workers=[OWN, Worker("laptop", None, "idle", seen)]))["queue"]
    assert check.found == "also laptop (idle, last heard of: 2026-11-26 22:41:03 UTC)"
    assert f"airflow edge worker -q {QUEUE} -H {TRILLIUM}" in check.what_to_do


def test_with_airflow_itself_it_is_one_warning() -> None:
    others = [Worker("laptop", None, "idle", None)]
    [check] = place("scheduler-1", wanted(queue="", workers=others))
    assert (check.name, check.result) == ("this host", "warning")
    assert check.found == f"the stages run with Airflow on scheduler-1, not on {TRILLIUM}"
    assert "TIER1_STAGE_QUEUE" in check.what_to_do


def test_with_airflow_itself_and_without_a_resize_nothing_is_paid_for_in_vain() -> None:
    [check] = place("scheduler-1", wanted(queue="", resizes=False))
    assert (check.name, check.result) == ("this host", "ok")


@pytest.fixture
def more_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another instance, and a machine that is none, may compute beside the run's instance."""
    monkeypatch.setattr(module, "MORE_HOSTS", (OTHER, socket.gethostname()))
    monkeypatch.setitem(ON_THE_INSTANCE, "queue", QUEUE)


LISTENING = (OWN, Worker(OTHER, [QUEUE], "idle", None), Worker(socket.gethostname(), [QUEUE], "idle", None))


@pytest.mark.usefixtures("more_hosts")
def test_a_host_that_is_named_is_looked_at_in_place_of_the_instance() -> None:
    with this_is(OTHER, BASE):
        lines = found(wanted(workers=LISTENING))
    assert {name: line.result for name, line in lines.items()} == {
        "this host": "ok", "queue": "ok", "more hosts": "ok",
    }  # fmt: skip
    assert lines["this host"].found == f"{OTHER}, of TIER1_MORE_HOSTS, not {TRILLIUM}"


@pytest.mark.usefixtures("more_hosts")
def test_the_instance_itself_is_looked_at_as_ever_where_others_are_named() -> None:
    with this_is(TRILLIUM, WORK):
        assert results(wanted(workers=LISTENING)) == dict.fromkeys(
            ["this host", "type", "queue", "more hosts"], "ok"
        )


@pytest.mark.usefixtures("more_hosts")
def test_a_host_that_is_not_named_is_refused_as_ever() -> None:
    laptop = Worker("laptop", [QUEUE], "idle", None)
    with this_is("i-00000000000000002", WORK):
        assert results(wanted(workers=[*LISTENING, laptop])) == {
            "this host": "failed", "type": "ok", "queue": "failed", "more hosts": "ok",
        }  # fmt: skip


@pytest.mark.usefixtures("more_hosts")
def test_a_named_host_without_a_worker_is_a_warning_and_is_named() -> None:
    with this_is(TRILLIUM, WORK):
        check = found(wanted(workers=LISTENING[:2]))["more hosts"]
    assert (check.result, check.found) == ("warning", f"no worker {socket.gethostname()}")


def run_with(code: Code) -> Any:
    """A task instance of a run whose preflight has seen this code."""
    return SimpleNamespace(xcom_pull=lambda **_: asdict(code))


def computes(ti: Any) -> str:
    return require_host(wanted().run, ti)


@pytest.mark.usefixtures("more_hosts")
@pytest.mark.parametrize("instance", [TRILLIUM, OTHER])
def test_the_instance_and_a_named_one_compute_in_their_own_names(instance: str) -> None:
    with this_is(instance):
        assert computes(run_with(Code.here())) == instance


@pytest.mark.usefixtures("more_hosts")
def test_a_named_machine_that_is_no_instance_computes_in_its_host_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")
    assert computes(run_with(Code.here())) == socket.gethostname()


@pytest.mark.usefixtures("more_hosts")
def test_a_named_host_with_other_files_computes_nothing() -> None:
    """verify_host may have looked at another one."""
    other = replace(Code.here(), digest="b" * 64)
    with this_is(OTHER), pytest.raises(AirflowFailException, match=f"{OTHER} computes nothing. code: "):
        computes(run_with(other))


@pytest.mark.usefixtures("more_hosts")
def test_an_instance_that_is_not_named_computes_nothing() -> None:
    with (
        this_is("i-00000000000000002"),
        pytest.raises(AirflowFailException, match=r"not .*: another worker listens .* TIER1_MORE_HOSTS"),
    ):
        computes(run_with(Code.here()))
