"""What AWS tells of the instance, and Airflow of the worker on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from tier1_tasks.names import AWS

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from ec2_instance.clients import Clients
    from ec2_instance.reading import Instance
    from include.report.model import Price


@cache
def clients() -> Clients:
    """Return clients that all looks share: to make them takes half a second."""
    from tier1_tasks import looking

    return looking.aws()


@contextmanager
def shared_clients() -> Iterator[Clients]:
    """Lend the clients that all looks share.

    They are kept where AWS does not answer: they try again by themselves. They are given up after an error
    about credentials, which a client looks for only once, and where Airflow's connection has been changed.
    """
    from ec2_instance.errors import is_about_credentials

    lent = clients()
    try:
        yield lent
    except Exception as error:
        if is_about_credentials(error) or not _is_present(lent):
            clients.cache_clear()
        raise


def _is_present(lent: Clients) -> bool:
    """Tell whether clients ask with what Airflow's connection says now; no where that cannot be read."""
    with suppress(Exception):  # the next look says it; what AWS has said to this one matters more
        before, now = lent.hook.conn_config, _connection_now(lent)
        return (before.login, before.password, before.extra_config) == now
    return False


def _connection_now(lent: Clients) -> tuple[str | None, str | None, dict[str, Any]]:
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        now = lent.hook.get_connection(AWS)
    except AirflowNotFoundException:  # then boto3 looks for credentials by itself
        return (None, None, {})
    return (now.login, now.password, now.extra_dejson)


def look_at_instance(instance_id: str) -> Instance:
    """Ask AWS for the instance; soon or not at all.

    Raises:
        AwsError: it does not answer.
    """
    from ec2_instance.errors import answers
    from ec2_instance.reading import read, read_checks

    with shared_clients() as shared, answers():
        ec2 = shared.hurried_ec2
        found = read(ec2, instance_id)
        is_up = found.state == "running"
        return replace(found, checks=read_checks(ec2, instance_id)) if is_up else found


def look_at_prices(types: tuple[str, ...]) -> list[Price]:
    """Return what an hour of these types costs, as the report has it."""
    from tier1_tasks.prices import on_demand

    return on_demand(clients(), types)


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """A worker of the Edge executor.

    Attributes:
        name: its name.
        state: its state.
        last_heard: when it last reported.
    """

    name: str
    state: str
    last_heard: datetime | None


def look_at_workers() -> Sequence[WorkerSeen]:
    """Read which workers listen on the stages' queue; none where Airflow does not know of such."""
    from tier1_tasks.host.placement import ON_THE_INSTANCE, worker_reports

    if not worker_reports():
        return ()
    from airflow.utils.session import create_session

    with create_session(scoped=False) as session:
        return read_workers(session, ON_THE_INSTANCE["queue"])


def read_workers(session: Session, queue: str) -> Sequence[WorkerSeen]:
    """Read which workers listen on a queue."""
    from airflow.providers.edge3.models.edge_worker import EdgeWorkerModel
    from sqlalchemy import select

    return tuple(
        WorkerSeen(it.worker_name, str(it.state), it.last_update)
        for it in session.scalars(select(EdgeWorkerModel).order_by(EdgeWorkerModel.worker_name))
        if it.queues is None or queue in it.queues
    )
