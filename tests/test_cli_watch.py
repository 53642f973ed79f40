"""./tier1 watch: triggers go onto other people's tables when they say so, and off again."""

import psycopg
import pytest
from typer.testing import CliRunner

from cli import database as cli_database
from cli import watch as cli_watch
from cli.app import app
from include.settings import settings
from tests.store.history import hourly_closes, load_history


@pytest.fixture
def watch(conn, database, monkeypatch):
    """Runs the command on 28 tables, one of which load has not made."""
    load_history(conn, hourly_closes(50))
    conn.execute("comment on table bqx.m1_eurusd is null")
    for module in (cli_database, cli_watch):
        monkeypatch.setattr(module, "database_url", lambda: database)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("cli.console.console.width", 200)

    def run(switch):
        done = CliRunner().invoke(app, ["watch", switch])
        return done.exit_code, " ".join(done.output.split())

    return run


def triggers(conn):
    return conn.execute("select count(*) from pg_trigger where tgname like 'tier1%'").fetchone()[0]


def test_it_says_what_is_and_what_it_costs_puts_triggers_and_takes_them_away(watch, conn):
    code, said = watch("status")
    assert code == 0
    assert "│ bqx.m1_eurusd │ no │ 0 │" in said
    assert "│ bqx.m1_eurgbp │ yes │ 0 │" in said
    assert "as nothing is put unasked on tables that ./tier1 load has not made, nor" in said
    assert "no triggers on bqx.m1_eurusd, as" in said
    assert "after ./tier1 watch off: a run reads" in said
    assert "about 0.3 s a month" in said
    assert (triggers(conn), conn.execute("select to_regnamespace('tier1')").fetchone()) == (0, (None,))
    code, said = watch("on")
    assert (code, triggers(conn)) == (0, 5 * 28)
    assert "The watch is on" in said
    assert watch("on") == (code, said)
    code, said = watch("off")
    assert (code, triggers(conn)) == (0, 0)
    assert "Triggers were taken away from 28 tables. The watch is off" in said


def test_what_is_of_no_use_is_refused(watch, conn, monkeypatch):
    conn.execute("alter table bqx.m1_eurusd set unlogged")
    code, said = watch("on")
    assert (code, triggers(conn)) == (2, 0)
    assert "bqx.m1_eurusd is unlogged, so that a crash empties it" in said
    settings.cache_clear()
    monkeypatch.setenv("TIER1_WATCH_PRICES", "false")
    assert "TIER1_WATCH_PRICES is false, so nothing would rely on" in watch("on")[1]
    assert "The watch is off, TIER1_WATCH_PRICES is false" in watch("status")[1]
    settings.cache_clear()


def test_a_role_without_the_right_is_told_whose_it_is(watch, conn, database, monkeypatch):
    role = f"reader_{conn.info.dbname[-8:]}"
    conn.execute(f"create role {role} login; grant usage on schema bqx to {role}")
    for module in (cli_database, cli_watch):
        monkeypatch.setattr(module, "database_url", lambda: database.replace("postgres@", f"{role}@"))
    assert "bqx.m1_audcad belongs to postgres (and 27 more)" in watch("status")[1]
    with psycopg.connect(database) as admin:
        admin.execute(f"grant create on database {conn.info.dbname} to {role}")
    assert CliRunner().invoke(app, ["watch", "on"]).exit_code != 0
    assert triggers(conn) == 0
    conn.execute(f"drop owned by {role} cascade; drop role {role}")
