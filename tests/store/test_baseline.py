"""A pair's own features of before and the 384 stand in one view."""

import pytest

from include.pipeline.recipe import prepare
from include.stages import STAGES
from include.stages.catalogue import FEATURES
from tests.store.history import MONTHS, SETTINGS, compute_all, hourly_closes, load_history


@pytest.fixture
def baseline(conn):
    """A table of 79 columns."""
    load_history(conn, hourly_closes(100))
    columns = ", ".join(f"f{n} double precision" for n in range(78))
    conn.execute(f"create table bqx.baseline_eurusd (time timestamptz primary key, {columns})")
    conn.execute(
        "insert into bqx.baseline_eurusd (time, f0) values ('2024-01-02+00', 7), ('1999-01-01+00', 8)"
    )


def columns(conn):
    description = conn.execute("select * from tier1.features_eurusd limit 0").description
    return [column.name for column in description]


def test_a_view_has_the_79_columns_of_the_baseline_and_the_384(conn, database, baseline):
    compute_all(database, months=MONTHS[:1])
    assert len(columns(conn)) == 463
    assert columns(conn)[79:] == [feature.name for feature in FEATURES]
    rows = conn.execute(
        "select f0, aud_basket_index is not null from tier1.features_eurusd order by time"
    ).fetchall()
    assert rows == [(8.0, False), (7.0, True)]


def test_a_baseline_that_grows_is_joined_anew(conn, database, baseline):
    prepare(conn, STAGES[0], SETTINGS)
    conn.execute("alter table bqx.baseline_eurusd add column f78 double precision")
    prepare(conn, STAGES[0], SETTINGS)
    assert columns(conn)[79] == "f78"


def test_what_cannot_be_joined_does_not_stop_a_stage(conn, database, baseline, caplog):
    conn.execute("alter table bqx.baseline_eurusd rename f5 to usd_bloc_strength")
    prepare(conn, STAGES[0], SETTINGS)
    assert "bqx.baseline_eurusd cannot be joined to its features" in caplog.text
    assert "usd_bloc_strength" in caplog.text
