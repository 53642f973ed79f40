"""The pages inside the Airflow UI: of all runs, of the next one, of each, and the runbook."""
