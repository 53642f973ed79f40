"""Names that several rooms rely on."""

DAG_ID = "tier1"
DATABASE = "tier1_postgres"
"""The Airflow connection to the feature database."""
