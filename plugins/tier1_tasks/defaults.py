"""How Airflow runs these tasks: before all others, and again where that is safe."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from tier1_tasks.links import page_url
from tier1_tasks.runbook import ADDRESS
from tier1_tasks.short_errors import say_errors_in_short
from tier1_tasks.times import leave_beginning
from tier1_tasks.what_to_do import say_what_to_do

OWNER = "TIER 1"


def owner_links(runbook: str) -> dict[str, str]:
    """Let the owner lead to the runbook; Airflow refuses a DAG whose link names no host."""
    return {OWNER: runbook} if urlsplit(runbook).netloc else {}


OWNER_LINKS = owner_links(page_url(ADDRESS))

# Above all other DAGs: where slots are scarce, what ends the costs must not wait behind what does not.
# Where another try is allowed, it comes soon: a big instance is paid for meanwhile.
BOTH: dict[str, Any] = {
    "owner": OWNER,
    "retries": 0,
    "retry_delay": timedelta(seconds=15),
    "priority_weight": 1_000_000,
    "weight_rule": "absolute",
    "on_execute_callback": [say_errors_in_short],
    "on_failure_callback": [say_what_to_do],
    "show_return_value_in_logs": False,  # what is for people, a task says in words
}
RUN: dict[str, Any] = BOTH | {"on_execute_callback": [say_errors_in_short, leave_beginning]}
GUARD: dict[str, Any] = BOTH | {"priority_weight": BOTH["priority_weight"] + 1}

# Tried again for half an hour and more, as what a resize needs may be away for minutes: the API server, or
# whoever gives out credentials. It looks before each step, so that repeating it is safe.
KEEP_TRYING: dict[str, Any] = {
    "retries": 9,
    "retry_delay": timedelta(seconds=15),
    "retry_exponential_backoff": 3,
    "max_retry_delay": timedelta(minutes=5),
}
VERDICT: dict[str, Any] = KEEP_TRYING | {"retries": 3}
# For what the database or AWS may refuse for a moment; the guard looks anew in ten minutes anyway.
TRY_TWICE_MORE: dict[str, Any] = {"retries": 2, "retry_delay": timedelta(seconds=30)}
# Airflow fails a task that is cleared in the moment in which it is queued; what only reads can be repeated.
ONCE_MORE: dict[str, Any] = {"retries": 1, "retry_delay": timedelta(seconds=5)}
# An approval that is answered too soon loses its try, and not its answer (`approval.ApproveOperator`).
ASK_ONCE: dict[str, Any] = {"retries": 3, "retry_delay": timedelta(seconds=5)}
