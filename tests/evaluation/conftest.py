"""What the tests of the evaluation share."""

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="package", autouse=True)
def one_thread():
    """As the product does: with more, small fits wait for each other more than they work."""
    with threadpool_limits(1):
        yield
