"""Airflow's states in words, each with its colour."""

STATES = {
    None: ("to do", "todo"),
    "scheduled": ("about to begin", "todo"),
    "queued": ("about to begin", "todo"),
    "restarting": ("about to begin", "todo"),
    "running": ("running", "running"),
    "deferred": ("running", "running"),  # it waits in the triggerer
    "awaiting_input": ("waits for an answer", "warning"),
    "up_for_retry": ("is tried again", "warning"),
    "up_for_reschedule": ("waits", "running"),
    "success": ("done", "done"),
    "failed": ("failed", "failed"),
    "upstream_failed": ("not reached", "todo"),
    "skipped": ("skipped", "todo"),
}
AT_WORK = frozenset({"running", "deferred", "up_for_retry", "restarting", "up_for_reschedule"})
NOT_BEGUN = frozenset({None, "scheduled", "queued"})


def in_words(state: str | None) -> tuple[str, str]:
    """Return a state for people, and its colour."""
    return STATES.get(state, (state or "to do", "todo"))
