"""What a preflight finds about an instance of the simulator."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ec2_instance.clients import Clients, ec2_hook
from ec2_instance.dead_man import DeadManSwitch
from ec2_instance.holder import RunIdentity
from ec2_instance.lease import Lease
from ec2_resize.preflight.check import Check
from ec2_resize.preflight.preflight import preflight
from tests.ec2.simulator import BASE, HERE, TAGS, WORK, Simulator, eventually

RUN = "manual__2026-01-05"
TOPIC = "arn:aws:sns:us-east-1:123456789012:preflight"
SWITCH = DeadManSwitch(
    "arn:aws:iam::1:role/scheduler", "arn:aws:iam::1:role/automation", "tier1-preflight", TAGS.prefix
)


def checks(
    aws: Simulator,
    instance_id: str,
    base: Sequence[str] = (BASE,),
    work: Sequence[str] = (WORK,),
    run: str = RUN,
    switch: DeadManSwitch | None = SWITCH,
    **more: Any,
) -> dict[str, Check]:
    """The lines of a preflight by their names."""
    assert aws
    found = preflight(
        Clients(ec2_hook()),
        instance_id,
        base,
        work,
        RunIdentity(run, "tier1", HERE),
        Lease(TAGS, timedelta(hours=1), switch),
        **{"alert_topic_arn": TOPIC, "switch_help": "See deploy/README.md.", **more},
    )
    names = [check.name for check in found]
    assert len(names) == len(set(names))
    assert all(check.what_to_do for check in found if check.result != "ok")
    return dict(zip(names, found, strict=True))


def troubles(found: dict[str, Check]) -> dict[str, str]:
    """The lines that are not all right."""
    return {name: check.result for name, check in found.items() if check.result != "ok"}


def subnet(aws: Simulator) -> str:
    """A subnet of the zone that has everything."""
    zone = {"Name": "availability-zone", "Values": ["us-east-1a"]}
    return aws.ec2.describe_subnets(Filters=[zone])["Subnets"][0]["SubnetId"]


def private_instance(aws: Simulator, state: str = "running", instance_type: str = BASE, **kwargs: Any) -> str:
    """An instance that is all well, and has no public address that could change."""
    interface = {"DeviceIndex": 0, "SubnetId": subnet(aws), "AssociatePublicIpAddress": False}
    answer = aws.ec2.run_instances(
        ImageId="ami-1e749f67",
        MinCount=1,
        MaxCount=1,
        InstanceType=instance_type,
        NetworkInterfaces=[interface],
        **kwargs,
    )
    instance_id = answer["Instances"][0]["InstanceId"]
    eventually(lambda: aws.checks(instance_id) == "ok")
    aws.bring(instance_id, state)
    return instance_id
