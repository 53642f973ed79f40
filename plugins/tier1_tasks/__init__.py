"""The tasks of the DAGs: the only room that knows both Airflow and include."""
