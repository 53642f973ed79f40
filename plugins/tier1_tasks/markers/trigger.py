"""Looks for completion markers until all are there."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from ec2_instance.deferral import EARLIEST_RESUME_SECONDS
from tier1_tasks.database import conninfo
from tier1_tasks.quiet_triggerer import quiet_triggerer


def unfinished(conn_id: str, stage: str, first_month: str, last_month: str) -> list[str]:
    """Return the months that have no marker of the present spec version.

    Raises:
        ConnectionError: the database does not answer now.
    """
    from include.months import MonthRange
    from include.store.connection import TRANSIENT_ERRORS, connect
    from include.store.runs.markers import unfinished_months

    months = MonthRange.of_texts(first_month, last_month)
    try:
        with connect(conninfo(conn_id)) as conn:
            return [str(month) for month in unfinished_months(conn, stage, months)]
    except TRANSIENT_ERRORS as error:  # such as a query that was cancelled, or memory that was short
        raise ConnectionError(f"the database did not answer: {str(error).strip()}") from None


class MarkersTrigger(BaseTrigger):
    """Fires when every month has its marker, or when patience (seconds) is at an end."""

    def __init__(
        self,
        *,
        conn_id: str,
        stage: str,
        first_month: str,
        last_month: str,
        poll_interval: float,
        patience: float,
    ) -> None:
        super().__init__()
        quiet_triggerer()
        self.what = (conn_id, stage, first_month, last_month)
        self.poll_interval = poll_interval
        self.patience = patience

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer needs to make this trigger again."""
        names = ("conn_id", "stage", "first_month", "last_month")
        arguments = dict(zip(names, self.what, strict=True))
        pauses = {"poll_interval": self.poll_interval, "patience": self.patience}
        return f"{type(self).__module__}.{type(self).__qualname__}", arguments | pauses

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look until nothing is missing; a database that is gone for a while is waited for."""
        ends = asyncio.get_running_loop().time() + self.patience
        missing: list[str] | str = []
        await asyncio.sleep(EARLIEST_RESUME_SECONDS)
        while asyncio.get_running_loop().time() < ends:
            try:
                missing = await asyncio.to_thread(unfinished, *self.what)
            except ConnectionError as error:
                missing = str(error)
                self.log.warning("%s", error)
            if not missing:
                yield TriggerEvent(
                    {"status": "success", "message": f"{self.what[1]}: all months are finished"}
                )
                return
            await asyncio.sleep(self.poll_interval)
        yield TriggerEvent(
            {
                "status": "error",
                "message": f"{self.what[1]}: after {self.patience:.0f} s still without a marker: {missing}. "
                "Look at the stage's log; clear the stage to compute what is missing.",
            }
        )
