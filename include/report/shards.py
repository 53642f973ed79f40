"""What the shards of a stage have done together."""

from collections.abc import Sequence
from dataclasses import replace

from include.report.model import StageSummary


def together(shards: Sequence[StageSummary]) -> StageSummary:
    """Return what a stage did whose months were shared out: there is at least one shard.

    Its seconds are those in which at least one of its shards computed: not their sum, as many compute at the
    same time, nor those from first to last, as one may have been cleared a day later.
    """
    cpu_seconds = [it.cpu_seconds for it in shards]
    return replace(
        shards[0],
        months=sum(it.months for it in shards),
        computed=sum(it.computed for it in shards),
        rows=sum(it.rows for it in shards),
        seconds=_seconds_covered(shards),
        began=min(it.began for it in shards),
        cpu_seconds=None if None in cpu_seconds else sum(filter(None, cpu_seconds)),
        month_seconds=sum(it.month_seconds for it in shards),
        waited_seconds=sum(it.waited_seconds for it in shards),
        at_once=max(it.at_once for it in shards),
        tasks=len(shards),
    )


def _seconds_covered(shards: Sequence[StageSummary]) -> float:
    covered, until = 0.0, 0.0
    for shard in sorted(shards, key=lambda it: it.began):
        ended = shard.began + shard.seconds
        covered += max(0.0, ended - max(shard.began, until))
        until = max(until, ended)
    return covered
