"""The simulator refuses what EC2 refuses, and fails as EC2 fails."""

import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.ec2.simulator import BASE, FAST, ROOT, SLOW, TRILLIUM, WORK, Simulator, eventually

IMAGE = "ami-1e749f67"
STANDARD_QUOTA = {"ServiceCode": "ec2", "QuotaCode": "L-1216C47A"}
ROLE = "arn:aws:iam::123456789012:role/x"
SCHEDULE = {
    "Name": "x",
    "ScheduleExpression": "at(2030-01-01T00:00:00)",
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {"Arn": "arn:aws:scheduler:::aws-sdk:ec2:stopInstances", "RoleArn": ROLE},
}


def refusal(call: Callable[..., object], **arguments: object) -> dict[str, str]:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]


def code(call: Callable[..., object], **arguments: object) -> str:
    return refusal(call, **arguments)["Code"]


def posted(url: str, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """The answer to what is no call of boto3's."""
    request = urllib.request.Request(url, body, headers or {}, method="POST")  # noqa: S310 - http
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=5)  # noqa: S310
    with error.value as answer:
        return answer.status, answer.read()


def modify(aws: Simulator, instance_id: str, instance_type: str) -> None:
    aws.ec2.modify_instance_attribute(InstanceId=instance_id, InstanceType={"Value": instance_type})


def test_the_instance_of_the_runbook_is_there(aws: Simulator) -> None:
    it = aws.describe(TRILLIUM)
    assert (it["InstanceType"], it["State"]["Name"], it["RootDeviceType"]) == (BASE, "running", "ebs")
    assert (it["Placement"]["AvailabilityZone"], it["Tags"]) == (
        "us-east-1a",
        [{"Key": "Name", "Value": "trillium-master"}],
    )
    assert aws.checks(TRILLIUM) == "ok"
    assert aws.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_states_take_time(aws: Simulator) -> None:
    it = aws.instance()
    aws.every_transition_takes(SLOW)
    aws.ec2.stop_instances(InstanceIds=[it])
    assert aws.state(it) == "stopping"
    eventually(lambda: aws.state(it) == "stopped")
    aws.ec2.start_instances(InstanceIds=[it])
    assert aws.state(it) == "pending"
    assert aws.checks(it) == ""
    eventually(lambda: aws.state(it) == "running")
    assert aws.checks(it) == "initializing"
    eventually(lambda: aws.checks(it) == "ok")


def test_the_public_address_changes_and_the_private_one_stays(aws: Simulator) -> None:
    it = aws.instance()
    before = aws.describe(it)
    aws.ec2.stop_instances(InstanceIds=[it])
    assert "PublicIpAddress" not in aws.describe(it)
    eventually(lambda: aws.state(it) == "stopped")
    aws.ec2.start_instances(InstanceIds=[it])
    after = aws.describe(it)
    assert after["PublicIpAddress"] != before["PublicIpAddress"]
    assert after["PrivateIpAddress"] == before["PrivateIpAddress"]


@pytest.mark.parametrize("state", ["running", "stopping", "pending"])
def test_the_type_changes_only_while_stopped(aws: Simulator, state: str) -> None:
    it = aws.instance()
    aws.every_transition_takes(SLOW)
    aws.bring(it, state)
    with pytest.raises(ClientError, match="IncorrectInstanceState"):
        modify(aws, it, WORK)
    assert aws.describe(it)["InstanceType"] == BASE


@pytest.mark.parametrize("wanted", ["c7i.9xlarge", "t4g.2xlarge"])
def test_a_type_that_does_not_exist_or_does_not_fit_is_refused(aws: Simulator, wanted: str) -> None:
    it = aws.instance("stopped")
    with pytest.raises(ClientError, match="InvalidInstanceAttributeValue"):
        modify(aws, it, wanted)


def test_only_one_attribute_per_modify(aws: Simulator) -> None:
    it = aws.instance("stopped")
    both = {"InstanceType": {"Value": WORK}, "EbsOptimized": {"Value": True}}
    assert code(aws.ec2.modify_instance_attribute, InstanceId=it, **both) == "InvalidParameterCombination"


def test_a_type_that_the_zone_does_not_have_is_refused_at_the_start(aws: Simulator) -> None:
    it = aws.instance("stopped")
    modify(aws, it, "p3dn.24xlarge")
    assert code(aws.ec2.start_instances, InstanceIds=[it]) == "Unsupported"


def test_a_stopping_instance_cannot_be_started(aws: Simulator) -> None:
    it = aws.instance()
    aws.every_transition_takes(SLOW)
    aws.bring(it, "stopping")
    assert code(aws.ec2.start_instances, InstanceIds=[it]) == "IncorrectInstanceState"


def test_starting_what_runs_and_stopping_what_is_stopped_changes_nothing(aws: Simulator) -> None:
    running, stopped = aws.instance(), aws.instance("stopped")
    address = aws.describe(running)["PublicIpAddress"]
    aws.ec2.start_instances(InstanceIds=[running])
    aws.ec2.stop_instances(InstanceIds=[stopped])
    assert (aws.state(running), aws.describe(running)["PublicIpAddress"]) == ("running", address)
    assert aws.state(stopped) == "stopped"


def test_unknown_and_malformed_ids(aws: Simulator) -> None:
    for call in (aws.ec2.stop_instances, aws.ec2.describe_instances, aws.ec2.describe_instance_status):
        assert code(call, InstanceIds=["i-00000000000000000"]) == "InvalidInstanceID.NotFound"
        assert code(call, InstanceIds=["trillium"]) == "InvalidInstanceID.Malformed"


def test_a_dry_run_changes_nothing(aws: Simulator) -> None:
    assert code(aws.ec2.stop_instances, InstanceIds=[TRILLIUM], DryRun=True) == "DryRunOperation"
    assert aws.state(TRILLIUM) == "running"


def test_a_fault_hits_as_often_as_told_and_only_its_type(aws: Simulator) -> None:
    base, work = aws.instance("stopped"), aws.instance("stopped", WORK)
    aws.fail("StartInstances", times=2, type=WORK, error="InsufficientInstanceCapacity", status=500)
    aws.ec2.start_instances(InstanceIds=[base])
    for _ in range(2):
        assert code(aws.ec2.start_instances, InstanceIds=[work]) == "InsufficientInstanceCapacity"
    aws.ec2.start_instances(InstanceIds=[work])
    eventually(lambda: aws.state(work) == "running")


def test_a_lost_answer_comes_at_once_and_the_call_has_worked(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail("StopInstances", lost_answer=True)
    started = time.monotonic()
    with pytest.raises(ConnectionClosedError):
        aws.ec2.stop_instances(InstanceIds=[it])
    assert time.monotonic() - started < 5
    assert aws.state(it) in {"stopping", "stopped"}
    assert aws.writes(it) == {"StopInstances": 1}


@pytest.mark.parametrize("error", [None, "RequestLimitExceeded"])
def test_a_slow_call_keeps_no_other_waiting_and_then_works_or_fails(
    aws: Simulator, error: str | None
) -> None:
    it = aws.instance()
    aws.fail("StopInstances", latency=SLOW, **({"error": error} if error else {}))
    started = time.monotonic()
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(aws.ec2.stop_instances, InstanceIds=[it])
        time.sleep(FAST)
        assert aws.state(it) == "running"
        assert time.monotonic() - started < SLOW
        failed = slow.exception()
    assert time.monotonic() - started > SLOW
    if error:
        assert isinstance(failed, ClientError)
        assert failed.response["Error"]["Code"] == error
        assert aws.state(it) == "running"
    else:
        assert failed is None
        assert aws.state(it) in {"stopping", "stopped"}


@pytest.mark.parametrize(
    ("why", "message"),
    [
        ("Server.InternalError", "Server.InternalError: Internal error on launch"),
        ("Client.InternalError", "Client.InternalError: Client error on launch"),
        (
            "Server.InsufficientInstanceCapacity",
            "Server.InsufficientInstanceCapacity: "
            "There was insufficient capacity available to satisfy the launch request",
        ),
        ("Server.Moon", "Server.Moon: The instance could not be started"),
    ],
)
def test_a_start_that_falls_back_never_runs_and_says_why(aws: Simulator, why: str, message: str) -> None:
    it = aws.instance("stopped")
    aws.every_transition_takes(0.1)
    aws.fail("StartInstances", falls_back=why)
    aws.ec2.start_instances(InstanceIds=[it])
    states = list(until_it_rests(aws, it))
    assert (states[0], set(states)) == ("pending", {"pending", "stopped"})
    after = aws.describe(it)
    assert after["StateReason"] == {"Code": why, "Message": message}
    assert "PublicIpAddress" not in after
    aws.ec2.start_instances(InstanceIds=[it])
    assert "StateReason" not in aws.describe(it)
    assert list(until_it_rests(aws, it))[-1] == "running"
    assert "StateReason" not in aws.describe(it)


def until_it_rests(aws: Simulator, it: str) -> Iterator[str]:
    """The states of an instance until it passes through none."""
    while (state := aws.state(it)) in {"pending", "stopping"}:
        yield state
    yield state


def test_a_stop_is_the_reason_of_a_stopped_instance(aws: Simulator) -> None:
    it = aws.instance()
    assert "StateReason" not in aws.describe(it)
    aws.ec2.stop_instances(InstanceIds=[it])
    message = "Client.UserInitiatedShutdown: User initiated shutdown"
    for state in ("stopping", "stopped"):
        eventually(lambda state=state: aws.state(it) in {state, "stopped"})
        assert aws.describe(it)["StateReason"] == {"Code": "Client.UserInitiatedShutdown", "Message": message}


def test_a_dry_run_does_not_use_up_a_start_that_fails_later(aws: Simulator) -> None:
    it = aws.instance("stopped")
    aws.fail("StartInstances", falls_back="Server.InternalError")
    assert code(aws.ec2.start_instances, InstanceIds=[it], DryRun=True) == "DryRunOperation"
    aws.ec2.start_instances(InstanceIds=[it])
    eventually(lambda: aws.state(it) == "stopped")


def test_an_impaired_instance_stays_so_until_it_is_stopped_and_started(aws: Simulator) -> None:
    it = aws.instance("stopped")
    aws.fail("StartInstances", impaired=True)
    aws.every_transition_takes(0.2)
    aws.ec2.start_instances(InstanceIds=[it])
    eventually(lambda: aws.state(it) == "running")
    assert both_checks(aws, it) == {"initializing"}
    eventually(lambda: both_checks(aws, it) != {"initializing"})
    time.sleep(0.5)
    assert both_checks(aws, it) == {"impaired"}
    aws.every_transition_takes(FAST)
    aws.bring(it, "stopped")
    aws.ec2.start_instances(InstanceIds=[it])
    eventually(lambda: both_checks(aws, it) == {"ok"})


def test_an_impairment_may_pass(aws: Simulator) -> None:
    it = aws.instance("stopped")
    aws.fail("StartInstances", impaired=0.5)
    aws.ec2.start_instances(InstanceIds=[it])
    eventually(lambda: both_checks(aws, it) == {"impaired"}, 0.4)
    eventually(lambda: both_checks(aws, it) == {"ok"}, 2)


def both_checks(aws: Simulator, it: str) -> set[str]:
    answer = aws.ec2.describe_instance_status(InstanceIds=[it])["InstanceStatuses"]
    return {answer[0][check]["Status"] for check in ("InstanceStatus", "SystemStatus")} if answer else set()


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("faults", {}),
        ("faults", {"action": "StopInstances", "colour": "red"}),
        ("faults", {"action": "StopInstances", "latency": "long"}),
        ("faults", {"action": "StopInstances", "latency": -1}),
        ("faults", {"action": "StopInstances", "falls_back": "Server.InternalError"}),
        ("faults", {"action": "StopInstances", "impaired": True}),
        ("faults", {"action": "StartInstances", "impaired": "badly"}),
        ("quota", {"vcpus": "some"}),
        ("quota", {}),
        ("instance", {"instance_id": TRILLIUM, "Colour": "red"}),
        ("instance", {"instance_id": "i-00000000000000000", "EnaSupport": False}),
        ("timing", {"colour": 1}),
        ("timing", ["transition"]),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(aws: Simulator, what: str, body: object) -> None:
    status, answer = posted(f"{aws.url}/_control/{what}", json.dumps(body).encode())
    assert (status, bool(json.loads(answer)["error"])) == (400, True)
    assert aws.state(TRILLIUM) == "running"


def vcpus_in_use(aws: Simulator) -> int:
    running = {"Name": "instance-state-name", "Values": ["pending", "running"]}
    pages = aws.ec2.get_paginator("describe_instances").paginate(Filters=[running])
    found = [it for page in pages for group in page["Reservations"] for it in group["Instances"]]
    counted = [
        it["CpuOptions"]
        for it in found
        if "InstanceLifecycle" not in it and re.match(r"([acdhimrtz]|im|is)\d", it["InstanceType"])
    ]
    return sum(it["CoreCount"] * it["ThreadsPerCore"] for it in counted)


def run(aws: Simulator, instance_type: str = BASE, **more: Any) -> str:
    answer = aws.ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, InstanceType=instance_type, **more)
    return answer["Instances"][0]["InstanceId"]


def test_a_start_beyond_the_quota_is_refused(aws: Simulator) -> None:
    big = aws.instance("stopped", WORK)
    enough = vcpus_in_use(aws) + 32
    aws.vcpu_quota(enough - 1)
    assert refusal(aws.ec2.start_instances, InstanceIds=[big]) == {
        "Code": "VcpuLimitExceeded",
        "Message": f"You have requested more vCPU capacity than your current vCPU limit of {enough - 1} "
        "allows for the instance bucket that the specified instance type belongs to. Please visit "
        "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.",
    }
    assert aws.state(big) == "stopped"
    aws.vcpu_quota(enough)
    aws.ec2.start_instances(InstanceIds=[big])
    aws.vcpu_quota(0)
    aws.ec2.start_instances(InstanceIds=[big])  # needs no more
    eventually(lambda: aws.state(big) == "running")


def test_what_is_pending_counts_and_what_is_stopped_does_not(aws: Simulator) -> None:
    first, second = aws.instance("stopped"), aws.instance("stopped")
    aws.vcpu_quota(vcpus_in_use(aws) + 8 + 7)
    aws.every_transition_takes(SLOW)
    aws.ec2.start_instances(InstanceIds=[first])
    assert aws.state(first) == "pending"
    assert code(aws.ec2.start_instances, InstanceIds=[second]) == "VcpuLimitExceeded"
    eventually(lambda: aws.state(first) == "running")
    aws.ec2.stop_instances(InstanceIds=[first])
    aws.ec2.start_instances(InstanceIds=[second])


def test_two_together_need_the_quota_of_both(aws: Simulator) -> None:
    both = [aws.instance("stopped"), aws.instance("stopped")]
    aws.vcpu_quota(vcpus_in_use(aws) + 15)
    assert code(aws.ec2.start_instances, InstanceIds=both) == "VcpuLimitExceeded"
    assert {aws.state(it) for it in both} == {"stopped"}


def test_a_run_beyond_the_quota_is_refused_but_not_spot_and_not_another_family(aws: Simulator) -> None:
    aws.vcpu_quota(vcpus_in_use(aws) + 7)
    with pytest.raises(ClientError, match="VcpuLimitExceeded"):
        run(aws)
    spot = run(aws, InstanceMarketOptions={"MarketType": "spot"})
    accelerated = [run(aws, it) for it in ("g4dn.2xlarge", "inf1.2xlarge")]
    run(aws, "t3.large")  # none of them has used any of it up
    aws.ec2.terminate_instances(InstanceIds=[spot, *accelerated])


def test_service_quotas_tells_the_quota(aws: Simulator) -> None:
    aws.vcpu_quota(77)
    quotas = aws.client("service-quotas")
    quota = quotas.get_service_quota(**STANDARD_QUOTA)["Quota"]
    assert quota["Value"] == 77
    assert quota["QuotaArn"] == "arn:aws:servicequotas:us-east-1:123456789012:ec2/L-1216C47A"
    unknown = {"ServiceCode": "ec2", "QuotaCode": "L-00000000"}
    assert code(quotas.get_service_quota, **unknown) == "NoSuchResourceException"
    assert quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-7E9ECCDB")["Quota"]["Value"] == 50


@pytest.mark.parametrize(("arguments", "vcpus"), [([], 128), (["--vcpu-quota", "7"], 7)])
def test_the_command_line_sets_the_quota(tmp_path: Path, arguments: list[str], vcpus: int) -> None:
    port = tmp_path / "port"
    command = [sys.executable, "-m", "embedded.ec2", "--port-file", str(port), *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as simulator:
        eventually(lambda: port.exists() and port.read_text())
        quotas = boto3.client(
            "service-quotas",
            endpoint_url=f"http://127.0.0.1:{port.read_text()}",
            region_name="us-east-1",
            aws_access_key_id="AKIATEST",
            aws_secret_access_key="not-a-secret",  # noqa: S106 - the simulator asks for none
        )
        quota = quotas.get_service_quota(**STANDARD_QUOTA)["Quota"]
        simulator.terminate()
    assert quota["Value"] == vcpus


CALLS = [
    ("ec2", "ec2", "DescribeInstances", {}),
    ("sts", "sts", "GetCallerIdentity", {}),
    ("autoscaling", "autoscaling", "DescribeAutoScalingInstances", {}),
    ("sns", "sns", "Publish", {"TopicArn": "arn:aws:sns:us-east-1:123456789012:x", "Message": "Hello!"}),
    ("service-quotas", "servicequotas", "GetServiceQuota", STANDARD_QUOTA),
    ("cloudwatch", "monitoring", "ListMetrics", {}),
    ("ssm", "ssm", "GetParameter", {"Name": "/x"}),
    ("scheduler", "scheduler", "CreateSchedule", SCHEDULE),
    ("scheduler", "scheduler", "UpdateSchedule", SCHEDULE),
    ("scheduler", "scheduler", "GetSchedule", {"Name": "x"}),
    ("scheduler", "scheduler", "DeleteSchedule", {"Name": "x"}),
]


@pytest.mark.parametrize(
    ("client", "service", "action", "arguments"), CALLS, ids=[action for _, _, action, _ in CALLS]
)
def test_each_service_can_fail_in_its_own_words_and_is_logged(
    aws: Simulator, client: str, service: str, action: str, arguments: dict[str, Any]
) -> None:
    asked = aws.client(client)
    method = getattr(asked, {value: key for key, value in asked.meta.method_to_api_mapping.items()}[action])
    aws.fail(action, error="AccessDenied", message="Not <you>.", status=403)
    with pytest.raises(ClientError) as error:
        method(**arguments)
    answer = error.value.response
    assert (answer["Error"]["Code"], answer["Error"]["Message"]) == ("AccessDenied", "Not <you>.")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 403
    call = aws.control("GET", "calls")[-1]
    assert (call["service"], call["action"], call["error"], call["status"]) == (
        service,
        action,
        "AccessDenied",
        403,
    )


def test_the_log_has_the_errors_and_the_parameters_of_json_services(aws: Simulator) -> None:
    assert code(aws.client("ssm").get_parameter, Name="/none") == "ParameterNotFound"
    assert code(aws.client("scheduler").get_schedule, Name="none") == "ResourceNotFoundException"
    assert code(aws.client("cloudwatch").get_dashboard, DashboardName="none") == "ResourceNotFound"
    aws.client("scheduler").create_schedule(**SCHEDULE)
    aws.client("scheduler").delete_schedule(Name="x")
    calls = aws.control("GET", "calls")
    assert [(call["action"], call["error"]) for call in calls] == [
        ("GetParameter", "ParameterNotFound"),
        ("GetSchedule", "ResourceNotFoundException"),
        ("GetDashboard", "ResourceNotFound"),
        ("CreateSchedule", None),
        ("DeleteSchedule", None),
    ]
    assert calls[0]["params"]["Name"] == "/none"
    assert calls[3]["params"]["Target"] == SCHEDULE["Target"]


@pytest.mark.parametrize(("service", "root"), [("ec2", b"<Response>"), ("sts", b"<ErrorResponse>")])
def test_an_error_stands_where_other_clients_look_for_it(aws: Simulator, service: str, root: bytes) -> None:
    aws.fail("GetCallerIdentity", status=403)
    signed = {"Authorization": f"AWS4-HMAC-SHA256 Credential=x/20300101/us-east-1/{service}/aws4_request"}
    status, body = posted(aws.url, b"Action=GetCallerIdentity", signed)
    assert (status, body.startswith(root)) == (403, True)


def test_a_call_of_a_newer_protocol_is_logged_and_hit(aws: Simulator) -> None:
    aws.fail("ListMetrics", error="AccessDenied", status=403)
    path = "service/GraniteServiceVersion20100801/operation/ListMetrics"
    status, _ = posted(f"{aws.url}/{path}", b"\xa0", {"Content-Type": "application/cbor"})
    assert status == 403
    assert aws.control("GET", "calls")[-1]["action"] == "ListMetrics"


def test_stop_protection(aws: Simulator) -> None:
    it = aws.instance()

    def protected() -> bool:
        answer = aws.ec2.describe_instance_attribute(InstanceId=it, Attribute="disableApiStop")
        return answer["DisableApiStop"]["Value"]

    assert not protected()
    aws.ec2.modify_instance_attribute(InstanceId=it, DisableApiStop={"Value": True})
    assert protected()
    assert refusal(aws.ec2.stop_instances, InstanceIds=[it]) == {
        "Code": "OperationNotPermitted",
        "Message": f"The instance '{it}' may not be stopped. "
        "Modify its 'disableApiStop' instance attribute and try again.",
    }
    other = aws.instance()
    assert code(aws.ec2.stop_instances, InstanceIds=[other, it]) == "OperationNotPermitted"
    assert (aws.state(it), aws.state(other)) == ("running", "running")
    aws.ec2.modify_instance_attribute(InstanceId=it, DisableApiStop={"Value": False})
    aws.ec2.stop_instances(InstanceIds=[it])
    eventually(lambda: aws.state(it) == "stopped")


def test_stop_protection_from_the_launch_on(aws: Simulator) -> None:
    it = run(aws, DisableApiStop=True)
    eventually(lambda: aws.state(it) == "running")
    assert code(aws.ec2.stop_instances, InstanceIds=[it]) == "OperationNotPermitted"


def credit_option(aws: Simulator, it: str) -> str:
    answer = aws.ec2.describe_instance_credit_specifications(InstanceIds=[it])
    [found] = answer["InstanceCreditSpecifications"]
    assert found["InstanceId"] == it
    return found["CpuCredits"]


def choose(aws: Simulator, it: str, option: str) -> str | None:
    """Choose the credit option; the code of the objection, if any."""
    wanted = [{"InstanceId": it, "CpuCredits": option}]
    answer = aws.ec2.modify_instance_credit_specification(InstanceCreditSpecifications=wanted)
    done = [one["InstanceId"] for one in answer["SuccessfulInstanceCreditSpecifications"]]
    failed = {one["InstanceId"]: one["Error"] for one in answer["UnsuccessfulInstanceCreditSpecifications"]}
    assert {*done, *failed} == {it}
    return failed[it]["Code"] if failed else None


@pytest.mark.parametrize(
    ("instance_type", "default"),
    [("t3.large", "unlimited"), ("t3a.large", "unlimited"), ("t2.large", "standard"), (WORK, "standard")],
)
def test_the_default_of_the_credit_option(aws: Simulator, instance_type: str, default: str) -> None:
    it = aws.instance("stopped", instance_type)
    assert credit_option(aws, it) == default
    told = aws.ec2.describe_instance_credit_specifications()["InstanceCreditSpecifications"]
    assert (it in {one["InstanceId"] for one in told}) == (default == "unlimited")


def test_the_credit_option_is_kept_within_the_family_and_forgotten_outside(aws: Simulator) -> None:
    it = aws.instance()
    assert choose(aws, it, "standard") is None
    aws.bring(it, "stopped")
    modify(aws, it, "t3a.2xlarge")
    assert credit_option(aws, it) == "standard"
    modify(aws, it, WORK)
    modify(aws, it, BASE)
    assert credit_option(aws, it) == "unlimited"


def test_a_credit_option_that_cannot_be_chosen(aws: Simulator) -> None:
    big, base = aws.instance("stopped", WORK), aws.instance("stopped")
    assert choose(aws, big, "unlimited") == "InstanceCreditSpecification.NotSupported"
    assert choose(aws, "i-00000000000000000", "unlimited") == "InvalidInstanceID.NotFound"
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        choose(aws, base, "endless")
    assert credit_option(aws, base) == "unlimited"


def test_dry_runs_of_everything_change_nothing(aws: Simulator) -> None:
    it = aws.instance()
    name = [{"Key": "Name", "Value": "x"}]
    aws.ec2.create_tags(Resources=[it], Tags=name)
    before, credit, ids = aws.describe(it), credit_option(aws, it), {"InstanceIds": [it]}
    standard = [{"InstanceId": it, "CpuCredits": "standard"}]
    dry_runs: list[tuple[Callable[..., object], dict[str, Any]]] = [
        (aws.ec2.create_tags, {"Resources": [it], "Tags": [{"Key": "Other", "Value": "y"}]}),
        (aws.ec2.delete_tags, {"Resources": [it], "Tags": name}),
        (aws.ec2.stop_instances, ids),
        (aws.ec2.terminate_instances, ids),
        (aws.ec2.modify_instance_attribute, {"InstanceId": it, "InstanceType": {"Value": WORK}}),
        (aws.ec2.modify_instance_attribute, {"InstanceId": it, "DisableApiStop": {"Value": True}}),
        (aws.ec2.modify_instance_credit_specification, {"InstanceCreditSpecifications": standard}),
        (aws.ec2.describe_instance_attribute, {"InstanceId": it, "Attribute": "disableApiStop"}),
        (aws.ec2.describe_instance_status, ids),
        (aws.ec2.describe_instance_types, {}),
        (aws.ec2.describe_instances, ids),
    ]
    for call, arguments in dry_runs:
        assert code(call, **arguments, DryRun=True) == "DryRunOperation"
    assert (aws.describe(it), credit_option(aws, it)) == (before, credit)
    assert aws.writes(it) == {}
    protected = aws.ec2.describe_instance_attribute(InstanceId=it, Attribute="disableApiStop")
    assert not protected["DisableApiStop"]["Value"]


def test_an_instance_is_described_with_what_aws_always_says(aws: Simulator) -> None:
    it = aws.instance("stopped")
    before = aws.describe(it)
    assert (before["Architecture"], before["VirtualizationType"]) == ("x86_64", "hvm")
    assert (before["EnaSupport"], before["CurrentInstanceBootMode"]) == (True, "legacy-bios")
    assert (before["HibernationOptions"], before["CpuOptions"]) == (
        {"Configured": False},
        {"CoreCount": 4, "ThreadsPerCore": 2},
    )
    modify(aws, it, WORK)
    assert aws.describe(it)["CpuOptions"] == {"CoreCount": 16, "ThreadsPerCore": 2}


def test_an_instance_may_be_launched_to_hibernate_or_on_spot(aws: Simulator) -> None:
    hibernates = run(aws, HibernationOptions={"Configured": True})
    assert aws.describe(hibernates)["HibernationOptions"] == {"Configured": True}
    spot = run(aws, InstanceMarketOptions={"MarketType": "spot"})
    assert aws.describe(spot)["InstanceLifecycle"] == "spot"


def test_what_no_call_can_bring_about_can_be_shown(aws: Simulator) -> None:
    it = aws.instance()
    before = aws.describe(it)
    shown = {"EnaSupport": False, "CurrentInstanceBootMode": "uefi", "TpmSupport": "v2.0"}
    aws.show(it, **shown, EnclaveOptions={"Enabled": True})
    assert aws.describe(it) == {**before, **shown, "EnclaveOptions": {"Enabled": True}}
    aws.show(it, **dict.fromkeys(shown), EnclaveOptions=None)
    assert aws.describe(it) == before


def test_a_scheduled_event(aws: Simulator) -> None:
    it = aws.instance()

    def events() -> list[dict[str, Any]]:
        [status] = aws.ec2.describe_instance_status(InstanceIds=[it])["InstanceStatuses"]
        return status.get("Events", [])

    assert events() == []
    aws.schedule_event(it, "instance-retirement", "The instance is running on degraded hardware")
    [event] = events()
    assert (event["Code"], event["Description"]) == (
        "instance-retirement",
        "The instance is running on degraded hardware",
    )
    assert timedelta(minutes=59) < event["NotBefore"] - datetime.now(UTC) <= timedelta(hours=1)
    aws.show(it, Events=None)
    assert events() == []


def public_address(aws: Simulator, it: str) -> tuple[str, str] | None:
    """The public address of the first interface, and who owns it."""
    found = aws.describe(it)["NetworkInterfaces"][0].get("Association")
    return (found["PublicIp"], found["IpOwnerId"]) if found else None


def restart(aws: Simulator, it: str) -> None:
    aws.bring(it, "pending")
    eventually(lambda: aws.state(it) == "running")


def test_an_elastic_ip_stays_and_amazons_does_not(aws: Simulator) -> None:
    it = aws.instance()
    first = public_address(aws, it)
    assert first is not None
    assert first[1] == "amazon"
    restart(aws, it)
    assert public_address(aws, it) != first

    elastic = aws.ec2.allocate_address(Domain="vpc")
    association = aws.ec2.associate_address(AllocationId=elastic["AllocationId"], InstanceId=it)
    kept = (elastic["PublicIp"], "123456789012")
    assert public_address(aws, it) == kept
    aws.bring(it, "stopped")
    assert public_address(aws, it) == kept
    aws.ec2.start_instances(InstanceIds=[it])
    eventually(lambda: aws.state(it) == "running")
    assert public_address(aws, it) == kept

    aws.ec2.disassociate_address(AssociationId=association["AssociationId"])
    again = public_address(aws, it)
    assert again is not None
    assert again[1] == "amazon"


def test_membership_in_a_scaling_group(aws: Simulator) -> None:
    it, scaling, group = aws.instance(), aws.client("autoscaling"), {"AutoScalingGroupName": "simulator"}
    assert scaling.describe_auto_scaling_instances(InstanceIds=[it])["AutoScalingInstances"] == []
    template = {"LaunchConfigurationName": "simulator"}
    scaling.create_launch_configuration(**template, ImageId=IMAGE, InstanceType=BASE)
    zones = ["us-east-1a"]
    scaling.create_auto_scaling_group(**group, **template, MinSize=0, MaxSize=1, AvailabilityZones=zones)
    scaling.attach_instances(**group, InstanceIds=[it])
    [member] = scaling.describe_auto_scaling_instances(InstanceIds=[it])["AutoScalingInstances"]
    assert member["AutoScalingGroupName"] == "simulator"
    assert {"Key": "aws:autoscaling:groupName", "Value": "simulator"} in aws.describe(it)["Tags"]
    scaling.delete_auto_scaling_group(**group, ForceDelete=True)


def test_metrics(aws: Simulator) -> None:
    it, cloudwatch, now = aws.instance(), aws.client("cloudwatch"), datetime.now(UTC)
    of_it = [{"Name": "InstanceId", "Value": it}]
    datum = {"MetricName": "CPUUtilization", "Dimensions": of_it, "Value": 42.0, "Unit": "Percent"}
    cloudwatch.put_metric_data(Namespace="AWS/EC2", MetricData=[datum])
    answer = cloudwatch.get_metric_statistics(
        Namespace="AWS/EC2",
        MetricName="CPUUtilization",
        Dimensions=of_it,
        StartTime=now - timedelta(minutes=15),
        EndTime=now + timedelta(minutes=1),
        Period=300,
        Statistics=["Average"],
    )
    assert [point["Average"] for point in answer["Datapoints"]] == [42]
