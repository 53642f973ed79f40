"""How many months a task computes at once: what the vCPUs are for, as far as memory and connections go."""

import logging
from contextlib import ExitStack, contextmanager

import pytest

from include.pipeline.at_once import MONTH_BYTES, settle
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.pipeline.share_out import TooFewConnectionsError
from include.settings import AUTO
from include.stages import stage_named
from include.store.connection import connect
from include.store.grants import LEAST_FREE, Grant, granted, named
from tests.store.history import MONTHS, SETTINGS, load_history

STAGE = stage_named("triangular_arbitrage")
MANY = 99


@pytest.fixture(autouse=True)
def host(monkeypatch):
    """A host that has enough of everything; a test takes some of it away."""

    def has(name, much):
        monkeypatch.setattr(f"include.pipeline.at_once.{name}", lambda: much)

    has("usable_vcpus", MANY)
    has("available_bytes", MANY * MONTH_BYTES)
    return has


@pytest.fixture
def role(conn, database):
    """The URL of the database's owner, no superuser; how many connections he is granted."""
    name = f"owner_{conn.info.dbname[-8:]}"
    conn.execute(f"create role {name} login; alter database {conn.info.dbname} owner to {name}")

    def limited(connections):
        conn.execute(f"alter role {name} connection limit {connections}")

    yield database.replace("postgres@", f"{name}@"), limited
    conn.execute(f"alter database {conn.info.dbname} owner to postgres; drop owned by {name} cascade")
    conn.execute(f"drop role {name}")


@pytest.fixture
def owner(role):
    return role[0]


@pytest.fixture
def limited(role):
    return role[1]


@pytest.fixture
def history(owner):
    with connect(owner) as owners:
        load_history(owners)


@contextmanager
def open_connections(url, count):
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(connect(url))
        yield


def settled(url, shards=1, beside=1):
    """What a task with five months to do settles on."""
    with connect(named(url, "stage run")) as conn:
        return str(settle(AUTO, len(MONTHS), shards, beside, granted(conn)))


def computed(url, caplog, months=AUTO):
    """What the log of a stage says that computes five months."""
    with caplog.at_level(logging.INFO, "include.pipeline"):
        settings = SETTINGS.model_copy(update={"months_at_once": months})
        assert run_stage(url, Job(STAGE, MONTHS, "test"), settings).computed == len(MONTHS)
    [line] = [line for line in caplog.messages if "connections:" in line]
    return line


def test_the_months_to_do_decide_where_there_is_enough_of_everything(owner):
    assert settled(owner) == (
        "5 months at once over 6 connections: 99 vCPUs, 5 months to do; "
        "the limit is the months that are to do"
    )


def test_the_vcpus_decide_where_they_are_few(owner, host):
    host("usable_vcpus", 3)
    assert settled(owner) == (
        "3 months at once over 4 connections: 3 vCPUs, 5 months to do; the limit is the 3 vCPUs"
    )


def test_tasks_beside_each_other_share_the_vcpus(owner, host):
    host("usable_vcpus", 9)
    assert settled(owner, shards=6, beside=4) == (
        "2 months at once over 3 connections: 9 vCPUs, 4 of 6 tasks on this host, 5 months to do; "
        "the limit is the 9 vCPUs"
    )


def test_memory_decides_where_it_is_little(owner, host):
    host("available_bytes", 4 * MONTH_BYTES)
    said = settled(owner, shards=2, beside=2)
    assert said.startswith("2 months at once over 3 connections: ")
    assert "; the limit is memory, of which " in said


def test_a_task_that_has_nothing_left_computes_one_month_at_a_time(owner, host):
    host("available_bytes", 0)
    assert settled(owner).startswith("1 month at once over 2 connections: ")


def test_a_host_that_does_not_tell_its_memory_is_bounded_by_the_others(owner, host):
    host("available_bytes", None)
    assert settled(owner).endswith("; the limit is the months that are to do")


def test_what_others_have_open_does_not_count_as_free(owner, limited):
    limited(LEAST_FREE + 6)
    with open_connections(owner, 3):
        assert settled(owner).startswith("2 months at once over 3 connections: ")


def test_the_limit_of_the_database_decides_where_it_is_low(conn, owner):
    # one of them is the test's own
    conn.execute(f"alter database {conn.info.dbname} connection limit {LEAST_FREE + 4 + 1}")
    said = settled(owner)
    assert said.startswith("3 months at once over 4 connections: ")
    assert (
        "; the limit is the database, which grants 4 connections (CONNECTION LIMIT of database test_" in said
    )


def test_the_limit_of_the_server_decides_where_little_is_left(owner, database):
    with connect(owner) as asking:
        free = granted(asking).connections
    with open_connections(database, free - 3):
        said = settled(owner)
    assert said.startswith("2 months at once over 3 connections: ")
    assert said.endswith("; the limit is the database, which grants 3 connections (max_connections)")


def test_connections_are_shared_by_all_shards_wherever_they_run(owner, limited):
    limited(LEAST_FREE + 9)
    assert settled(owner, shards=3).startswith("2 months at once over 3 connections: ")


def test_what_the_other_shards_have_open_is_part_of_the_grant(owner):
    ours = named(owner, "stage run")
    with connect(ours) as conn:
        before = granted(conn)
        with open_connections(ours, 3):
            assert granted(conn) == before
        with open_connections(owner, 3):
            assert granted(conn) == Grant(before.connections - 3, before.limit)


def test_a_name_in_the_url_is_kept(owner):
    with connect(named(f"{owner}&application_name=mine", "stage run")) as conn:
        assert conn.execute("show application_name").fetchone() == ("mine stage run",)


def test_the_limit_of_the_role_decides_where_it_is_low(owner, limited, history, caplog):
    limited(LEAST_FREE + 4)
    said = computed(owner, caplog)
    assert said.startswith("triangular_arbitrage: 3 months at once over 4 connections: 99 vCPUs, ")
    assert "the limit is the database, which grants 4 connections (CONNECTION LIMIT of role owner_" in said


def test_a_task_needs_no_more_connections_than_it_says(owner, limited, history, caplog):
    limited(4)
    assert computed(owner, caplog, months=3) == (
        "triangular_arbitrage: 3 months at once over 4 connections: asked for 3, 5 to do"
    )


def test_a_number_that_the_database_does_not_grant_is_refused_before_a_month_begins(
    conn, owner, limited, history
):
    limited(4)
    five = SETTINGS.model_copy(update={"months_at_once": 5})
    says = "^5 months at once take 6 connections, and the database grants 4 now; no month was begun.*too many"
    with pytest.raises(TooFewConnectionsError, match=says):
        run_stage(owner, Job(STAGE, MONTHS, "test"), five)
    assert conn.execute("select count(*) from tier1.completion_marker").fetchone() == (0,)


def test_auto_goes_on_with_fewer_where_others_were_quicker(
    conn, owner, limited, history, caplog, monkeypatch
):
    limited(3)
    monkeypatch.setattr("include.pipeline.run_stage.granted", lambda _: Grant(MANY, "max_connections"))
    assert ": 5 months at once" in computed(owner, caplog)
    assert "2 months at once instead of 5: " in caplog.text
    assert conn.execute("select distinct at_once from tier1.completion_marker").fetchall() == [(2,)]
