"""The stored reports of runs."""

import pytest
from psycopg.errors import LockNotAvailable

from include.store.connection import connect
from include.store.runs.reports import read_report
from include.store.schema import ensure_schema


def test_whoever_reads_a_report_waits_for_a_held_table_only_briefly(conn, database):
    ensure_schema(conn)
    with connect(database) as holder, holder.transaction():
        holder.execute("lock table tier1.run_report in access exclusive mode")
        with pytest.raises(LockNotAvailable):
            read_report(conn)
    assert read_report(conn) is None
