"""The page inside the Airflow UI: a tab on each run of `tier1`."""
