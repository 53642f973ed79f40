"""Airflow's own database, and somebody who looks."""

from tests.tier1_page.airflow_database import airflow  # noqa: F401 - a fixture
from tests.tier1_page.people import somebody  # noqa: F401 - a fixture
