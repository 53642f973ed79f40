"""Where a connection leads."""

import socket

import pytest

from embedded.connections import postgres_connection
from tier1_tasks.database import hosts

CONNECTION = "tier1_postgres"


def leads(monkeypatch: pytest.MonkeyPatch, url: str) -> list[str]:
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(url))
    return hosts(CONNECTION)


@pytest.fixture(autouse=True)
def _no_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGHOSTADDR"):
        monkeypatch.delenv(name, raising=False)


def test_an_address_is_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert leads(monkeypatch, "postgresql://me@192.0.2.7:5432/features") == ["192.0.2.7"]


def test_a_name_is_itself_and_what_it_resolves_to(monkeypatch: pytest.MonkeyPatch) -> None:
    found = leads(monkeypatch, "postgresql://me@localhost/features")
    assert "localhost" in found
    assert {"127.0.0.1", "::1"} & set(found)


def test_each_host_of_a_list_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    found = leads(monkeypatch, "postgresql://me@192.0.2.7,192.0.2.8/features")
    assert found == ["192.0.2.7", "192.0.2.8"]


def test_an_address_beside_the_name_is_where_libpq_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://me@db.invalid/features?hostaddr=192.0.2.9"
    assert leads(monkeypatch, url) == ["192.0.2.9"]


def test_a_socket_is_no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    assert leads(monkeypatch, "postgresql://me@/features?host=/var/run/postgresql") == []
    assert leads(monkeypatch, "postgresql://me@/features") == []


def test_the_environment_names_a_host_where_the_connection_names_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGHOST", "192.0.2.5")
    assert leads(monkeypatch, "postgresql://me@/features") == ["192.0.2.5"]


def test_a_name_that_nobody_knows_is_only_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match=r"."):
        socket.getaddrinfo("db.invalid", None)
    assert leads(monkeypatch, "postgresql://me@db.invalid/features") == ["db.invalid"]
