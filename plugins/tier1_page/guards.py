"""Who may see a page. Without one of these it would be open to everybody: Airflow guards no plugin's app."""

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends

from tier1_tasks.names import DAG_ID

SEES_OUR_RUNS = Depends(requires_access_dag("GET", DagAccessEntity.RUN, DAG_ID))
"""Whoever may see the runs of `tier1`."""
SEES_ITS_RUNS = Depends(requires_access_dag("GET", DagAccessEntity.RUN))
"""Whoever may see the runs of the DAG in the route's path, `{dag_id}`."""
