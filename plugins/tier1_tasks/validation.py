"""What becomes of computed features: validated in SQL, evaluated, published."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.providers.common.sql.operators.sql import SQLTableCheckOperator
from airflow.sdk import Asset, Metadata, task

from include.settings import settings
from include.stages import SPEC_VERSION
from include.store.checks.claims import MONTHS, claims
from tier1_tasks import leasing
from tier1_tasks.database import conninfo
from tier1_tasks.form import RunParams
from tier1_tasks.host.operator import OnInstanceOperator
from tier1_tasks.names import DATABASE, EVALUATE, PREFLIGHT
from tier1_tasks.planned import months_of

log = logging.getLogger("tier1")

S = settings()

FEATURES = Asset("tier1_features")  # a URI would have Airflow import the handlers of all providers, boto3 too
LONGEST = timedelta(hours=1)


class FeatureCheckOperator(SQLTableCheckOperator):
    """Airflow's check of a table, over a connection of the store's."""

    def get_db_hook(self) -> DbApiHook:
        """Return the hook that makes the connection."""
        from tier1_tasks.database_hook import FeatureDatabaseHook

        return FeatureDatabaseHook(self.conn_id)


def validate() -> FeatureCheckOperator:
    """Check every claim of `include/store/checks` for the months of the run."""
    return FeatureCheckOperator(
        task_id="validate",
        conn_id=DATABASE,
        table=MONTHS.format(
            start="'{{ months(ti).start.isoformat() }}'",
            end="'{{ months(ti).end.isoformat() }}'",
            spec_version=SPEC_VERSION,
        ),
        checks={claim: {"check_statement": f"({query})"} for claim, query in claims().items()},
        execution_timeout=LONGEST,
        pre_execute=leasing.renew_before,
    )


def evaluate() -> OnInstanceOperator:
    """Make the task that profiles the features and measures whether they help, where the run asks for it."""
    return OnInstanceOperator(
        task_id=EVALUATE,
        param="evaluate",
        python_callable=look,
        execution_timeout=LONGEST,
        retries=S.stage_retries,
    )


def look(params: dict[str, Any], ti: Any) -> dict[str, Any]:
    """Profile the features: what share of bars has a value, which never vary; measure whether they help."""
    from include.pipeline.evaluation import as_plain_values, evaluation
    from include.report.benefit import details, sentence
    from include.store.connection import connect

    with leasing.renewed(RunParams.of(params), ti), connect(conninfo(DATABASE)) as conn:
        found = evaluation(conn, S, months_of(ti))
    if found.benefit:
        log.info("%s\n%s", sentence(found.benefit), "\n".join(details(found.benefit)))
    return as_plain_values(found)


# the lease is renewed so that most of it is left for the way back
@task(outlets=[FEATURES], execution_timeout=timedelta(minutes=5), pre_execute=leasing.renew_before)
def publish(ti: Any, run_id: str) -> Iterator[Metadata]:
    """Tell the consumers of the asset which months are validated."""
    yield Metadata(FEATURES, {**ti.xcom_pull(task_ids=PREFLIGHT), "run_id": run_id})
