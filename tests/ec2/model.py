"""A simple EC2 whose time is the test's own, and which sometimes refuses."""

import json
from dataclasses import asdict, dataclass, field

from botocore.exceptions import ClientError, ReadTimeoutError

from ec2_instance.errors import AwsError
from ec2_instance.reading import Instance
from ec2_resize.after_error import after_error
from ec2_resize.convergence import decide
from ec2_resize.decision import Act, Done, Failed, LookAgain
from ec2_resize.progress import Progress
from ec2_resize.request import ResizeRequest
from ec2_resize.step import Step
from ec2_resize.wait import Wait

TRANSITION_SECONDS = 20
MOST_DECISIONS = 1000


def error(code: str, status: int = 400) -> ClientError:
    response = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "Call")  # pyright: ignore[reportArgumentType]


# What a call can be answered without an effect.
ANSWERS = {
    "no capacity": error("InsufficientInstanceCapacity", 500),
    "unsupported": error("Unsupported"),
    "busy": error("RequestLimitExceeded", 503),
    "no credentials": error("ExpiredToken"),
}
LOST = ReadTimeoutError(endpoint_url="https://ec2")


@dataclass
class Trouble:
    """What happens to some calls.

    Its kind is one of `ANSWERS`, or `lost`, `ignored`, `falls back`, `impaired`, `no checks`.
    """

    call: Step
    kind: str
    type: str | None = None
    times: int = 1


@dataclass
class Model:
    """One instance."""

    type: str
    state: str
    checks: str = "ok"
    clock: float = 1_000_000.0
    troubles: list[Trouble] = field(default_factory=list)
    reason: str = ""
    settles_at: float = 0.0
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.settles_at = self.clock + TRANSITION_SECONDS
        self.then = ("running", self.checks, "")

    def read(self, checked_type: str) -> Instance:
        if self.state in {"stopping", "pending"} and self.clock >= self.settles_at:
            ends = ("stopped", "", self.reason) if self.state == "stopping" else self.then
            self.state, self.checks, self.reason = ends
        checked = self.state == "running" and self.type == checked_type
        return Instance("i-1", self.type, self.state, self.checks if checked else "", self.reason)

    def call(self, step: Step, new_type: str) -> None:
        """Raises: what AWS or the connection answers."""
        self.calls.append(step.value)
        about = new_type if step is Step.MODIFY else self.type
        found = (it for it in self.troubles if it.call is step and it.type in {None, about} and it.times > 0)
        trouble = next(found, None)
        kind = trouble.kind if trouble else ""
        if trouble:
            trouble.times -= 1
        if kind in ANSWERS:
            raise ANSWERS[kind]
        if kind != "ignored":
            self._change(step, new_type, kind)
        if kind == "lost":
            raise LOST

    def _change(self, step: Step, new_type: str, kind: str) -> None:
        self.settles_at = self.clock + TRANSITION_SECONDS
        if step is Step.STOP:
            self.state, self.checks, self.reason = "stopping", "", ""
        elif step is Step.MODIFY:
            self.type = new_type
        else:
            self.state, self.reason = "pending", ""
            self.then = {
                "falls back": ("stopped", "", "Server.InternalError"),
                "impaired": ("running", "impaired", ""),
                "no checks": ("running", "initializing", ""),
            }.get(kind, ("running", "ok", ""))


def stored(progress: Progress) -> Progress:
    """What comes out of Airflow's database again."""
    return Progress(**json.loads(json.dumps(asdict(progress))))


def wait_for(ec2: Model, wait: Wait) -> None:
    """As the trigger does."""
    ec2.clock = max(ec2.clock, wait.starts_at)
    while not wait.is_over(ec2.read(wait.wanted_type), ec2.clock):
        assert ec2.clock <= wait.longest + wait.poll_interval
        ec2.clock += wait.poll_interval


def run(ec2: Model, request: ResizeRequest, progress: Progress) -> Done | Failed:
    """Decide and execute until the end of one try."""
    for _ in range(MOST_DECISIONS):
        now = ec2.read(request.ladder.goal(progress.rung).type)
        decision, progress = decide(now, None, request, stored(progress), ec2.clock)
        if isinstance(decision, Act):
            try:
                ec2.call(decision.step, decision.type)
                decision, progress = LookAgain(), progress.took(decision.step, now, ec2.clock)
            except AwsError as failure:
                decision, progress = after_error(decision.step, failure, now, request, progress, ec2.clock)
        if isinstance(decision, Wait):
            wait_for(ec2, decision)
        elif isinstance(decision, Done | Failed):
            return decision
    raise AssertionError("no end")
