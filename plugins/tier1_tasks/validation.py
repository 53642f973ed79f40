"""Validation in SQL."""

from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.providers.common.sql.operators.sql import SQLTableCheckOperator


class FeatureCheckOperator(SQLTableCheckOperator):
    """Airflow's check of a table, over a connection of the store's."""

    def get_db_hook(self) -> DbApiHook:
        """The hook that makes it."""
        from tier1_tasks.database_hook import FeatureDatabaseHook

        return FeatureDatabaseHook(self.conn_id)
