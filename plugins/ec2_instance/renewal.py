"""Renew the lease for as long as somebody works on the big instance."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

from ec2_instance.clients import Clients
from ec2_instance.errors import error_text
from ec2_instance.holder import RunIdentity
from ec2_instance.lease import Lease, LeasedError

log = logging.getLogger(__name__)

RENEWALS_PER_LEASE = 6


@contextmanager
def renewing(
    lease: Lease, aws: Clients, instance_id: str, who: RunIdentity, safe_types: Sequence[str]
) -> Iterator[None]:
    """Renew the lease at once, and six times within its duration, until the block ends.

    What AWS refuses or cannot answer is only logged, as the lease outlasts several renewals.

    Args:
        lease: how the instance is leased.
        aws: clients for the account and region of the instance.
        instance_id: the instance.
        who: the run that holds it.
        safe_types: the types that the instance may be left on, the base type first.

    Raises:
        LeasedError: another run holds the instance as the block is entered.
    """
    over = Event()

    def renew(*, must_have: bool) -> None:
        try:
            lease.renew(aws, instance_id, who, safe_types, must_have=must_have)
        except LeasedError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the next renewal may fare better
            log.warning(
                "Cannot renew the lease of %s now; it is tried again: %s", instance_id, error_text(error)
            )

    def keep_on() -> None:
        while not over.wait(lease.lasts.total_seconds() / RENEWALS_PER_LEASE):
            try:
                renew(must_have=True)
            except LeasedError as error:  # such as where this process outlives its supervisor
                log.warning("Stopped renewing a lease: %s The work goes on; its results stay valid.", error)
                return

    renew(must_have=False)
    thread = Thread(target=keep_on, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
