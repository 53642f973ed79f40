"""Which runs there were, as Airflow's own database has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tier1_page.shared_look import SharedLook
from tier1_tasks.names import DAG_ID

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

MOST = 20


@dataclass(frozen=True, slots=True)
class Run:
    """A run, as Airflow knows it.

    Attributes:
        run_id: the run.
        state: its state.
        began: when it began; None where it has not.
        ended: when it ended; None where it has not.
    """

    run_id: str
    state: str
    began: datetime | None
    ended: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether none of its tasks will run any more, unless one is cleared."""
        from airflow.utils.state import State

        return self.state in State.finished_dr_states


def last_runs(session: Session) -> tuple[Run, ...]:
    """Return the last runs, the latest first."""
    from airflow.models.dagrun import DagRun
    from sqlalchemy import select

    found = session.execute(
        select(DagRun.run_id, DagRun.state, DagRun.start_date, DagRun.end_date)
        .where(DagRun.dag_id == DAG_ID)
        .order_by(DagRun.id.desc())
        .limit(MOST)
    )
    return tuple(Run(run_id, str(state), began, ended) for run_id, state, began, ended in found)


def look_at_runs() -> tuple[Run, ...]:
    """Look in the database of this Airflow."""
    from airflow.utils.session import create_session

    with create_session(scoped=False) as session:
        return last_runs(session)


RUNS = SharedLook(look_at_runs, seconds=3)
