"""One command at a time may start services in a checkout."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from embedded.errors import EmbeddedError
from embedded.home import Home


@contextmanager
def only_one(home: Home) -> Iterator[None]:
    """Refuse a second command; the lock ends with its process, however that ends."""
    home.create()
    with (home.run / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise EmbeddedError(
                "Another `make up` or `make demo` is at work in this checkout: wait until it has ended."
            ) from error
        yield
