"""The feature database for Airflow's operators of SQL."""

from typing import Any

from airflow.providers.postgres.hooks.postgres import PostgresHook

from include.store.connection import connect
from tier1_tasks.database import conninfo


class FeatureDatabaseHook(PostgresHook):
    """Connects as the stages do: a host that dies is noticed, and nobody else's functions are found."""

    def get_conn(self) -> Any:
        """Connect as the store does."""
        self.conn = connect(conninfo(self.get_conn_id()))
        return self.conn
