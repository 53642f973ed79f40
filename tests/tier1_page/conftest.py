"""Airflow's own database, the simulated EC2, and somebody who looks."""

from tests.ec2.conftest import _each_client_is_made_once, aws, running_simulator  # noqa: F401 - fixtures
from tests.tier1_page.airflow_database import airflow  # noqa: F401 - a fixture
from tests.tier1_page.people import somebody  # noqa: F401 - a fixture
