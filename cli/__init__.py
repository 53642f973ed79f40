"""./tier1: everything that the DAG does, without Airflow; one file per command."""
