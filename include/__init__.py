"""TIER 1 without Airflow: the market, the stages, the store, the sources, the report."""
