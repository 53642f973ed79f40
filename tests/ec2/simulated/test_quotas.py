"""How many vCPUs may run."""

import re
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.ec2.simulated.asking import STANDARD_QUOTA, code, refusal, run
from tests.ec2.simulator import ROOT, SLOW, WORK, Simulator, eventually


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
