"""What the last preflight has left, in Airflow's own database: its table, also where it has failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tier1_page.before.view import LastPreflight
from tier1_page.live.in_airflow import as_left
from tier1_tasks.names import DAG_ID, PREFLIGHT
from tier1_tasks.planned import CHECKS_KEY

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def last_preflight(session: Session) -> LastPreflight | None:
    """Return the table that was left last, of whichever run; None where there is none.

    Raises:
        pydantic.ValidationError: what is stored is no such table.
    """
    from airflow.models.xcom import XComModel
    from sqlalchemy import select

    left = session.execute(
        select(XComModel.run_id, XComModel.timestamp, XComModel.value)
        .where(XComModel.dag_id == DAG_ID, XComModel.task_id == PREFLIGHT, XComModel.key == CHECKS_KEY)
        .order_by(XComModel.timestamp.desc())
        .limit(1)
    ).first()
    if left is None:
        return None
    return LastPreflight(run_id=left.run_id, at=left.timestamp, checks=as_left(left))


def look_at_preflight() -> LastPreflight | None:
    """Look in the database of this Airflow."""
    from airflow.utils.session import create_session

    with create_session(scoped=False) as session:
        return last_preflight(session)
