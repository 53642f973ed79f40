import os
import socket

import pytest

from embedded.errors import EmbeddedError
from embedded.loopback import LOOPBACK, free_port, require_free


def test_a_free_port_can_be_used():
    require_free(free_port(), "TIER1_UI_PORT")


def test_a_busy_port_is_reported_with_its_owner_and_with_what_to_do():
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen()
        port = listener.getsockname()[1]

        with pytest.raises(EmbeddedError) as refused:
            require_free(port, "TIER1_UI_PORT")

    assert f"Port {port}" in str(refused.value)
    assert f"pid {os.getpid()}" in str(refused.value)
    assert "TIER1_UI_PORT=" in str(refused.value)
