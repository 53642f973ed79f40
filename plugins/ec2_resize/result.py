"""What a resize leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ec2_instance.reading import Instance
from ec2_resize.ladder import Outcome
from ec2_resize.progress import Progress
from ec2_resize.request import ResizeRequest


@dataclass(frozen=True)
class ResizeResult:
    """What happened to the instance. Plain values only: XCom keeps them as a dictionary.

    Attributes:
        instance_id: the instance.
        type_before: its type when the resize began.
        found: what the instance was then, in words.
        type_after: its type now.
        state: its state now, such as `running`.
        started: when the resize began, as an ISO 8601 time in UTC.
        finished: when it ended, likewise.
        seconds: how long it took.
        downtime_seconds: for how long the instance was not usable.
        public_ip_before: its public address when the resize began; None without one.
        public_ip_after: its public address now; None without one.
        outcome: `wanted`, `fallback` or `stopped`.
        refused: what AWS said, one text per type given up.
    """

    instance_id: str
    type_before: str | None
    found: str
    type_after: str
    state: str
    started: str
    finished: str
    seconds: float
    downtime_seconds: float
    public_ip_before: str | None
    public_ip_after: str | None
    outcome: Outcome
    refused: list[str]


def result_of(now: Instance, request: ResizeRequest, progress: Progress, clock: float) -> ResizeResult:
    """Return what has happened until now."""
    return ResizeResult(
        instance_id=now.instance_id,
        type_before=progress.type_before,
        found=progress.found,
        type_after=now.type,
        state=now.state,
        started=_iso(progress.started),
        finished=_iso(clock),
        seconds=round(progress.elapsed(clock), 1),
        downtime_seconds=round(progress.downtime(clock), 1),
        public_ip_before=progress.public_ip_before,
        public_ip_after=now.public_ip,
        outcome=request.ladder.outcome(progress.rung, now.state),
        refused=progress.refused,
    )


def _iso(clock: float) -> str:
    return datetime.fromtimestamp(clock, UTC).isoformat(timespec="seconds")
