"""What could stop a run in the feature database, tried before anything is touched."""

import math
from contextlib import ExitStack

from include.months import MonthRange
from include.settings import AUTO, MonthsAtOnce
from include.store.connection import DatabaseUnreachableError, connect
from include.store.grants import left, named
from include.store.rehearsal import NAME

WHAT_TO_DO = "ask for fewer months at once, for auto, or for fewer shards, or raise the limit"


def connections_needed(months: MonthRange, at_once: MonthsAtOnce, shards: int, tasks: int) -> int:
    """Return with how many connections at least the stages work.

    Args:
        months: the run's months.
        at_once: months that a task computes at the same time; `auto` makes do with one.
        shards: tasks of a stage.
        tasks: those of them that run at the same time.
    """
    of_a_task = 1 if at_once == AUTO else min(at_once, math.ceil(len(months) / shards))
    return min(tasks, shards, len(months)) * (of_a_task + 1)  # a task's own


def problems_with_connections(url: str, needed: int) -> list[str]:
    """Find whether so many connections can be had at the same time; an empty list = they can.

    Of a server it is known. What a pooler takes nobody knows but itself: they are opened, and closed again.
    """
    url = named(url, NAME)
    try:
        with connect(url) as conn:
            grant = None if conn.is_pooled else left(conn)
    except DatabaseUnreachableError as error:
        return [str(error)]
    if grant is not None:
        enough = needed <= grant.connections
        return [] if enough else [_too_few(needed, f"{grant.limit} leaves {grant.connections}")]
    with ExitStack() as stack:
        for opened in range(needed):
            try:
                stack.enter_context(connect(url))
            except DatabaseUnreachableError as error:
                return [_too_few(needed, f"the pooler refuses after {opened}, {error}")]
    return []


def _too_few(needed: int, why: str) -> str:
    return f"the stages take {needed} connections at the same time, and {why}: {WHAT_TO_DO}"
