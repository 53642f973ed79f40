"""Each service fails in its own words, and is logged by the names of its calls."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.ec2.simulated.asking import STANDARD_QUOTA, code, posted
from tests.ec2.simulator import Simulator

ROLE = "arn:aws:iam::123456789012:role/x"
SCHEDULE = {
    "Name": "x",
    "ScheduleExpression": "at(2030-01-01T00:00:00)",
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {"Arn": "arn:aws:scheduler:::aws-sdk:ec2:stopInstances", "RoleArn": ROLE},
}
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
