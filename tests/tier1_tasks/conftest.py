"""The simulated EC2."""

from tests.ec2.conftest import _each_client_is_made_once, aws, running_simulator  # noqa: F401 - fixtures
