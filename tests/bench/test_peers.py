"""The peers of the benchmark do the product's job: the same values, NULLs and tables."""

import numpy as np
import pytest
from psycopg import sql

from bench.peers import PEERS, PRODUCT, peer
from include.months import parse_month, start_of
from include.pipeline.from_file import features
from include.stages import STAGES
from include.stages.basket import basket_base
from include.stages.catalogue import FEATURES
from include.stages.panel import Panel
from tests.agreement import assert_agree, disagreement, panel_of, stage_features
from tests.panels import PANELS
from tests.store.history import TABLES, hourly_closes, load_history

for library in ("polars", "duckdb", "pgpq", "adbc_driver_postgresql"):
    pytest.importorskip(library, reason=f"{library} is not installed: make install-bench")

EXACT = tuple(name for name in PEERS if name != "pandas")
USUAL = ("stale pairs", "a bar in two", "prices on ticks")
HARD = ("spikes, then flat", "disconnected currencies")


def computed(name, panel):
    """What the peer makes of all bars of the panel."""
    it, everything = peer(name), start_of(panel.ts[0].astype("datetime64[M]"))
    table = it.compute(it.prices_of(panel.ts, panel.close), basket_base(panel).values, everything)
    return dict(zip([f.name for f in FEATURES], it.values_of(table), strict=True))


@pytest.mark.parametrize(
    ("name", "label"),
    [(name, label) for name in PEERS for label in USUAL]
    + [(name, label) for name in EXACT for label in HARD],
)
def test_a_peer_agrees_with_the_product_in(name, label):
    close = PANELS[label]()
    assert_agree(computed(name, panel_of(close)), stage_features(close))


def test_what_a_spike_leaves_behind_stays_in_pandas_own_deviation():
    close = PANELS["spikes, then flat"]()
    got, want = computed("pandas", panel_of(close)), stage_features(close)
    wrong = [name for name in want if disagreement(name, got[name], want[name])]
    assert wrong
    assert all("_volatility_" in name or "_coherence_" in name for name in wrong)


@pytest.mark.parametrize("name", [PRODUCT, *PEERS])
def test_a_month_goes_from_the_price_tables_into_tables_like_the_products(conn, database, name):
    closes = load_history(conn, hourly_closes(bars=800))
    month = parse_month("2024-02")
    start, end = start_of(month), start_of(month + 1)
    it = peer(name)
    table = it.compute(it.read(database, TABLES, start, end), base_of(closes), start)
    schema = "tier1" if name == PRODUCT else "bench"
    for _ in range(2):  # what is there is replaced
        it.write(database, schema, table)
    want = features(closes).loc[lambda f: (f.index >= start) & (f.index < end)]
    rows = conn.execute(all_columns(schema)).fetchall()
    assert [row[0] for row in rows] == list(want.index)
    got = np.array([row[1:] for row in rows], dtype=object)
    # NULL stays NULL, and no NaN is stored in its place
    np.testing.assert_array_equal(got == None, want.isna().to_numpy())  # noqa: E711 - of each element
    np.testing.assert_allclose(got.astype(float), want.astype(float).to_numpy(), rtol=1e-9, atol=1e-9)
    assert {type(value) for value in got[:, column_of("eurusd_arbitrage_opportunity")]} <= {bool, type(None)}
    assert keys_of(conn, schema) == len(STAGES)


def base_of(closes):
    ts = closes.index.tz_localize(None).to_numpy()
    return basket_base(Panel(ts, np.ascontiguousarray(closes.to_numpy().T))).values


def all_columns(schema):
    """All rows of the three tables, joined."""
    first, *others = (sql.Identifier(schema, stage.name) for stage in STAGES)
    joins = [sql.SQL("join {} using (ts_utc)").format(table) for table in others]
    return sql.SQL("select * from {} {} order by ts_utc").format(first, sql.SQL(" ").join(joins))


def column_of(name):
    return [f.name for f in FEATURES].index(name)


def keys_of(conn, schema):
    """How many of the three tables have a primary key."""
    query = "select count(*) from pg_constraint where contype = 'p' and conrelid = any(%s::regclass[])"
    return conn.execute(query, [[f"{schema}.{stage}" for stage in STAGES]]).fetchone()[0]
