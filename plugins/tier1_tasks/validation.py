"""What becomes of computed features: validated in SQL, profiled, published."""

from __future__ import annotations

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
from tier1_tasks.names import DATABASE, EVALUATE
from tier1_tasks.planned import months_of

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
    """Make the task that profiles the features, where the run asks for it."""
    return OnInstanceOperator(
        task_id=EVALUATE,
        param="evaluate",
        python_callable=profile,
        execution_timeout=LONGEST,
        retries=S.stage_retries,
    )


def profile(params: dict[str, Any], ti: Any) -> dict[str, Any]:
    """Profile the features: what share of bars has a value, and which never vary."""
    from include.store.connection import connect
    from include.store.features.profile import profile_features, summary

    with leasing.renewed(RunParams.of(params), ti), connect(conninfo(DATABASE)) as conn:
        return summary(profile_features(conn, months_of(ti)))


# the lease is renewed so that most of it is left for the way back
@task(outlets=[FEATURES], execution_timeout=timedelta(minutes=5), pre_execute=leasing.renew_before)
def publish(ti: Any, run_id: str) -> Iterator[Metadata]:
    """Tell the consumers of the asset which months are validated."""
    yield Metadata(FEATURES, {**months_of(ti).as_texts(), "run_id": run_id})
