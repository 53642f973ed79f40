"""What becomes of computed features: validated in SQL, evaluated, published."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.providers.common.sql.operators.sql import BaseSQLOperator, SQLCheckResult
from airflow.sdk import Asset, Metadata, task
from airflow.sdk.exceptions import AirflowFailException

from include.settings import settings
from tier1_tasks import defaults, leasing
from tier1_tasks.aside import Aside
from tier1_tasks.database import conninfo
from tier1_tasks.form import RunParams
from tier1_tasks.gates import require_months_that_fit
from tier1_tasks.host.operator import OnInstanceOperator
from tier1_tasks.names import DATABASE, EVALUATE, VALIDATE
from tier1_tasks.planned import DECIDED_KEY, months_of

if TYPE_CHECKING:
    from include.store.checks.validate import Finding

log = logging.getLogger("tier1")

S = settings()

FEATURES = Asset("tier1_features")  # a URI would have Airflow import the handlers of all providers, boto3 too
LONGEST = timedelta(hours=1)


class FeatureCheckOperator(BaseSQLOperator):
    """Looks at every claim of `include/store/checks`, over a connection of the store's.

    Its XCom has what came of each claim, also where one does not hold.
    """

    template_fields: Sequence[str] = (*BaseSQLOperator.template_fields, "first_month", "last_month", "seed")

    def __init__(self, *, first_month: str, last_month: str, seed: str, **kwargs: Any) -> None:
        """Take the months whose features are looked at.

        Args:
            first_month: the first month, YYYY-MM.
            last_month: the last month, included.
            seed: decides which bars are recomputed.
            kwargs: what every SQL operator takes.
        """
        super().__init__(**kwargs)
        self.first_month, self.last_month, self.seed = first_month, last_month, seed

    def get_db_hook(self) -> DbApiHook:
        """Return the hook that makes the connection."""
        from tier1_tasks.database_hook import FeatureDatabaseHook

        return FeatureDatabaseHook(self.conn_id)

    def execute(self, context: Any) -> list[dict[str, Any]]:
        """Look at every claim; fail where one does not hold."""
        from include.months import MonthRange
        from include.store.checks.validate import validate as look
        from include.store.prices.refused import tables_are_named
        from include.store.prices.tables import price_tables

        months = MonthRange.of_texts(self.first_month, self.last_month)
        hook = self.get_db_hook()
        with (
            tables_are_named(conninfo(self.conn_id or DATABASE), price_tables(S)),
            closing(hook.get_conn()) as conn,
            closing(hook.get_conn()) as beside,
            Aside(context["ti"], DECIDED_KEY) as aside,
        ):
            findings = look(conn, months, S, self.seed, beside, lambda so_far: aside.tell(_summaries(so_far)))
        self.check_results = [
            SQLCheckResult(finding.claim.name, "claim", finding.holds) for finding in findings
        ]
        told = _summaries(findings)
        against = [finding.in_words() for finding in findings if not finding.holds]
        if against:
            context["ti"].xcom_push(key="return_value", value=told)
            raise AirflowFailException("; ".join([*against, "the log above has the rows"]))
        return told


def _summaries(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [finding.summary() for finding in findings]


def validate() -> FeatureCheckOperator:
    """Check every claim of `include/store/checks` for the months of the run."""
    return FeatureCheckOperator(
        task_id=VALIDATE,
        doc_md="Recomputes features in SQL, and checks what follows from their definitions: a claim is a "
        "line of its log.",
        conn_id=DATABASE,
        first_month="{{ months(ti).first }}",
        last_month="{{ months(ti).last }}",
        seed="{{ run_id }}",
        execution_timeout=LONGEST,
        pre_execute=leasing.renew_before,
    )


def evaluate() -> OnInstanceOperator:
    """Make the task that profiles the features and measures whether they help, where the run asks for it."""
    return OnInstanceOperator(
        task_id=EVALUATE,
        doc_md="Profiles the features, and measures whether they help forecasts. Skipped where `evaluate` "
        "is off.",
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
    from include.store.prices.refused import tables_are_named
    from include.store.prices.tables import price_tables

    url = conninfo(DATABASE)
    with (
        leasing.renewed(RunParams.of(params), ti),
        tables_are_named(url, price_tables(S)),
        connect(url) as conn,
    ):
        found = evaluation(conn, S, months_of(ti))
    if found.benefit:
        log.info("%s\n%s", sentence(found.benefit), "\n".join(details(found.benefit)))
    return as_plain_values(found)


# The lease is renewed so that most of it is left for the way back. To try it again is safe: it only reads,
# and Airflow tells consumers nothing before a try has succeeded, which is the last one.
@task(
    outlets=[FEATURES],
    execution_timeout=LONGEST,
    pre_execute=leasing.renew_before,
    **defaults.TRY_TWICE_MORE,
)
def publish(ti: Any, run_id: str) -> Iterator[Metadata]:
    """Tell the consumers of the asset which months are validated, if all still fit the prices."""
    require_months_that_fit(ti)
    yield Metadata(FEATURES, {**months_of(ti).as_texts(), "run_id": run_id})
