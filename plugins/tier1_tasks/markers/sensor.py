"""The sensor."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseSensorOperator, Context
from airflow.sdk.exceptions import AirflowException

from tier1_tasks.markers.trigger import MarkersTrigger, unfinished

# The trigger ends by itself within the timeout, and says more than Airflow would.
SPARE = timedelta(minutes=1)


class StageMarkerSensor(BaseSensorOperator):
    """Wait, without holding a worker, until every month of a stage has its completion marker.

    Args:
        stage: the stage's name in `tier1.completion_marker`.
        first_month: first month, YYYY-MM (templated).
        last_month: last month, included (templated).
        conn_id: the feature database.
        poll_interval: seconds between two looks.
        timeout: seconds after which to give up.
    """

    template_fields: Collection[str] = ("stage", "first_month", "last_month")

    def __init__(
        self,
        *,
        stage: str,
        first_month: str,
        last_month: str,
        conn_id: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.stage = stage
        self.first_month = first_month
        self.last_month = last_month
        self.conn_id = conn_id

    def execute(self, context: Context) -> None:
        """Look once, and defer where months are missing."""
        try:
            missing = unfinished(self.conn_id, self.stage, self.first_month, self.last_month)
        except ConnectionError as error:  # it may be away for a moment: the trigger looks again
            self.log.warning("%s", error)
        else:
            if not missing:
                self.log.info("%s: %s .. %s are finished", self.stage, self.first_month, self.last_month)
                return
            self.log.info("%s: waiting for %d months: %s", self.stage, len(missing), " ".join(missing))
        self.defer(
            trigger=MarkersTrigger(
                conn_id=self.conn_id,
                stage=self.stage,
                first_month=self.first_month,
                last_month=self.last_month,
                poll_interval=self.poke_interval,
                patience=self.timeout,
            ),
            method_name=self.resume.__name__,
            timeout=timedelta(seconds=self.timeout) + SPARE,
        )

    def resume(self, context: Context, event: dict[str, Any]) -> None:
        """Succeed or fail as the trigger found."""
        if event["status"] != "success":
            raise AirflowException(event["message"])
        self.log.info("%s", event["message"])
