"""The workers of the Edge executor: for triggers and workers, which hold no user's token.

Airflow's own list (`/edge_worker/ui/worker`) is for users.
"""

from typing import Annotated

from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import APIRouter, Header
from pydantic import AwareDatetime, BaseModel

from tier1_tasks.host.workers import ROUTE

router = APIRouter()


class WorkerAnswer(BaseModel):
    """One worker; `tier1_tasks.host.workers` says what the fields mean."""

    name: str
    queues: list[str] | None
    state: str
    last_heartbeat: AwareDatetime | None


@router.get("/workers")
async def workers(session: SessionDep, authorization: Annotated[str, Header()]) -> list[WorkerAnswer]:
    """List the workers for whoever holds a token such as a worker makes (403 for others)."""
    # imported here: every process of Airflow loads its plugins, few have to do with workers
    from airflow.providers.edge3.models.edge_worker import EdgeWorkerModel
    from airflow.providers.edge3.worker_api.auth import jwt_token_authorization
    from sqlalchemy import select

    await jwt_token_authorization(ROUTE, authorization)
    return [
        WorkerAnswer(
            name=worker.worker_name,
            queues=worker.queues,
            state=worker.state,
            last_heartbeat=worker.last_update,
        )
        for worker in session.scalars(select(EdgeWorkerModel).order_by(EdgeWorkerModel.worker_name))
    ]
