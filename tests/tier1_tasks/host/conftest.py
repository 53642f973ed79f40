"""A simulated EC2 for this folder."""

from tests.ec2.conftest import aws, running_simulator

__all__ = ["aws", "running_simulator"]
