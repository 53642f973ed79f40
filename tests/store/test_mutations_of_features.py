"""Features that are wrong are noticed, by the claims that are about what is wrong and by no others."""

import numpy as np
import pytest
from psycopg import sql

from include.market import PAIRS
from include.months import MonthRange
from include.store.checks.claims import claims
from include.store.checks.relations import relations
from include.store.checks.validate import FIRST, Validation
from include.store.connection import connect
from tests.conftest import empty_database
from tests.store.history import MONTHS, NAMES, SETTINGS, compute_all, hourly_closes, load_history
from tools.checks import mutations

RANGE = MonthRange(*MONTHS[:2])
PUBLISH = """
update tier1.completion_marker as marker set rows_digest = (
    select coalesce(sum(hash_record_extended(bar, 0)), 0) from {} as bar
    where date_trunc('month', ts_utc at time zone 'UTC') = marker.month
) where stage = {}"""
UNSEEN = """
create temp view unseen as
select max(ts_utc) as ts_utc from grid
where ts_utc < '2024-02-20+00' and present = (1 << 28) - 1 and bar not in (select bar from sample)"""


def awkward_closes():
    """Two months of hours: holes, a currency without a price for a while, a bloc of which one pair moves."""
    closes = hourly_closes(1_000)
    closes.loc[closes.index[910:985], [pair for pair in PAIRS if "gbp" in pair]] = np.nan
    euro = [pair for pair in PAIRS if "eur" in pair and pair != "eurusd"]
    closes.loc[closes.index[700:775], euro] = closes.loc[closes.index[699], euro].ffill().to_numpy()
    return closes


def look(validation):
    """The claims that do not hold."""
    first, *others = sorted(claims(), key=lambda claim: claim.name != FIRST)
    if not validation.look(first).holds:
        return {FIRST}
    return {claim.name for claim in others if not validation.look(claim).holds}


def begin(conn):
    return Validation(conn, relations(conn, RANGE, "seed", SETTINGS))


@pytest.fixture(scope="module")
def computed(server):
    """A connection, and the validation that has found nothing wrong."""
    with empty_database(server) as url, connect(url) as conn:
        load_history(conn, awkward_closes())
        compute_all(url, months=MONTHS[:2])
        with conn.transaction(force_rollback=True):
            validation = begin(conn)
            assert look(validation) == set()
            conn.execute(UNSEEN)
            yield conn, validation


@pytest.mark.parametrize("mutation", mutations(), ids=lambda mutation: mutation.what)
def test_what_is_wrong_is_noticed_by_the_claims_about_it_alone(computed, mutation):
    conn, validation = computed
    with conn.transaction(force_rollback=True):
        conn.execute(mutation.statements)
        if "as if published" in mutation.marks:
            for stage in NAMES:
                conn.execute(sql.SQL(PUBLISH).format(sql.Identifier("tier1", stage), sql.Literal(stage)))
        if "prices are read anew" in mutation.marks:
            conn.execute("discard temp")
            validation = begin(conn)
        assert look(validation) == mutation.noticed_by


def test_every_claim_has_noticed_something():
    noticed = {name for mutation in mutations() for name in mutation.noticed_by}
    assert noticed == {claim.name for claim in claims()}
