"""Fires a schedule as AWS would: reads its target, looks up the automation that it names, runs its steps.

Only what the deployed document uses is known here; anything else is an error, so that nothing is skipped.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ec2_instance.dead_man import START_AUTOMATION, DeadManSwitch
from tests.ec2.simulator import ROOT, TAGS
from tests.endpoint import Endpoint

TEMPLATE = ROOT / "deploy" / "dead-man-switch.yaml"
STACK = "tier1-dead-man-switch"  # as deploy/README.md calls it; the names in the policy follow from it
PLACEHOLDER = re.compile(r"\{\{ (\w+) \}\}")
# What AWS does with Script, Handler and InputPayload of aws:executeScript.
RUN_SCRIPT = """
import json, sys
asked = json.load(sys.stdin)
module = {"__name__": "script"}
exec(asked["Script"], module)
answer = module[asked["Handler"]](asked["InputPayload"], {})
open(asked["AnswerFile"], "w").write(json.dumps(answer))
"""


@dataclass
class Execution:
    """What became of an automation."""

    status: str
    outcome: str
    attempts: int
    log: str


def deploy(aws: Endpoint) -> dict[str, str]:
    """Deploy the dead-man switch, unless it is; returns the outputs of its stack."""
    cloudformation = aws.client("cloudformation")
    if STACK not in {it["StackName"] for it in cloudformation.list_stacks()["StackSummaries"]}:
        cloudformation.create_stack(
            StackName=STACK, TemplateBody=TEMPLATE.read_text(), Capabilities=["CAPABILITY_IAM"]
        )
    found = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    assert found["StackStatus"] == "CREATE_COMPLETE"
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


def switch_of(outputs: dict[str, str]) -> DeadManSwitch:
    """The switch as it is configured from the outputs of the stack."""
    return DeadManSwitch(
        outputs["SchedulerRoleArn"], outputs["AutomationRoleArn"], outputs["DocumentName"], TAGS.prefix
    )


def fire(aws: Endpoint, instance_id: str, folder: Path, *, poll: float, attempts: int = 99) -> Execution:
    """Do what the schedule of the instance does at its time, with at most so many attempts of each step."""
    scheduler = aws.client("scheduler")
    schedule = scheduler.get_schedule(Name=f"{TAGS.prefix}-{instance_id}")
    assert schedule["State"] == "ENABLED"
    assert schedule["Target"]["Arn"] == START_AUTOMATION.format(partition="aws")
    asked = json.loads(schedule["Target"]["Input"])
    document = aws.client("ssm").get_document(Name=asked["DocumentName"], DocumentFormat="YAML")
    execution = run(aws, yaml.safe_load(document["Content"]), asked["Parameters"], folder, poll, attempts)
    if schedule["ActionAfterCompletion"] == "DELETE":
        scheduler.delete_schedule(Name=schedule["Name"])
    return execution


def run(
    aws: Endpoint,
    document: dict[str, Any],
    given: dict[str, list[str]],
    folder: Path,
    poll: float,
    most: int,
) -> Execution:
    """Run the one step of the document."""
    values = _values(document["parameters"], {**given, "PollSeconds": [str(poll)]})
    assert document["schemaVersion"] == "0.3"
    assert _filled_in(document["assumeRole"], values) == given["AutomationAssumeRole"][0]
    [step] = document["mainSteps"]
    assert (step["action"], step["onFailure"], step["isEnd"]) == ("aws:executeScript", "Abort", True)
    inputs = _filled_in(step["inputs"], values)
    assert inputs["Runtime"] == "python3.11"
    log = ""
    for attempt in range(1, min(step["maxAttempts"], most) + 1):
        answer_file = folder / f"answer-{attempt}.json"
        done = _execute_script(aws, {**inputs, "AnswerFile": str(answer_file)}, step["timeoutSeconds"])
        log += done.stdout + done.stderr
        if done.returncode == 0:
            return Execution("Success", json.loads(answer_file.read_text())["Outcome"], attempt, log)
    return Execution("Failed", log.strip().splitlines()[-1], attempt, log)


def _values(declared: dict[str, Any], given: dict[str, list[str]]) -> dict[str, Any]:
    """The parameters as the steps see them; what the document refuses is refused."""
    assert set(given) <= set(declared)
    values = {}
    for name, about in declared.items():
        texts = given[name] if name in given else [about["default"]]
        pattern = re.compile(about.get("allowedPattern", ".*"))
        assert all(pattern.search(text) for text in texts)
        assert len(texts) >= about.get("minItems", 1)
        values[name] = texts if about["type"] == "StringList" else texts[0]
    return values


def _filled_in(value: Any, values: dict[str, Any]) -> Any:
    """With `{{ Name }}` replaced, in strings and whatever holds strings."""
    match value:
        case dict():
            return {key: _filled_in(it, values) for key, it in value.items()}
        case str() if whole := PLACEHOLDER.fullmatch(value):
            return values[whole[1]]
        case str():
            return PLACEHOLDER.sub(lambda found: values[found[1]], value)
        case _:
            return value


def _execute_script(aws: Endpoint, asked: dict[str, Any], seconds: float) -> subprocess.CompletedProcess[str]:
    """In a process of its own with nothing of this project, as in AWS."""
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIATEST",
        "AWS_SECRET_ACCESS_KEY": "not-a-secret",
    }
    return subprocess.run(
        [sys.executable, "-c", RUN_SCRIPT],
        input=json.dumps(asked),
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
