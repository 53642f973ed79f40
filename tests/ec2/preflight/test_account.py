"""What the account and the region have to give."""

from typing import Any

import pytest

from ec2_resize.preflight import account
from tests.ec2.preflight.outcome import checks, private_instance, troubles
from tests.ec2.simulator import WORK, Simulator


def used(aws: Simulator, instance_id: str) -> int:
    """vCPUs in use by others, as the preflight counts them."""
    return account._used_by_others(aws.ec2, instance_id)


def test_who_asks_and_where(aws: Simulator, instance_id: str) -> None:
    found = checks(aws, instance_id)["identity"].found
    assert "123456789012" in found
    assert "us-east-1" in found


def test_a_quota_that_the_work_type_just_fits(aws: Simulator, instance_id: str) -> None:
    aws.vcpu_quota(used(aws, instance_id) + 32)
    found = checks(aws, instance_id)
    assert troubles(found) == {}
    assert found["quota"].found.endswith(f"{used(aws, instance_id)} in use by others, 32 needed for {WORK}")


def test_a_quota_that_the_work_type_exceeds(aws: Simulator, instance_id: str) -> None:
    aws.vcpu_quota(used(aws, instance_id) + 31)
    found = checks(aws, instance_id)
    assert troubles(found) == {"quota": "failed"}
    assert "L-1216C47A" in found["quota"].what_to_do


def test_the_biggest_work_type_counts(aws: Simulator, instance_id: str) -> None:
    aws.vcpu_quota(used(aws, instance_id) + 95)
    assert troubles(checks(aws, instance_id, work=[WORK, "c7i.24xlarge", "c7i.4xlarge"])) == {
        "quota": "failed"
    }


def test_running_instances_are_counted_and_stopped_ones_are_not(aws: Simulator, instance_id: str) -> None:
    before = used(aws, instance_id)
    private_instance(aws)
    private_instance(aws, "stopped")
    assert used(aws, instance_id) == before + 8


def test_the_instance_itself_is_not_counted(aws: Simulator, instance_id: str) -> None:
    assert used(aws, instance_id) == used(aws, "i-00000000000000000") - 8


def test_what_has_a_quota_of_its_own_is_not_counted(aws: Simulator, instance_id: str) -> None:
    before = used(aws, instance_id)
    private_instance(aws, InstanceMarketOptions={"MarketType": "spot"})
    private_instance(aws, instance_type="g4dn.xlarge")
    assert used(aws, instance_id) == before


class Pages:
    """An EC2 with these instances; the simulator's have no CPU options."""

    def __init__(self, *instances: dict[str, Any]) -> None:
        self.instances = [
            {"InstanceId": f"i-{number}", "Placement": {"Tenancy": "default"}, **instance_id}
            for number, instance_id in enumerate(instances)
        ]

    def get_paginator(self, action: str) -> "Pages":
        self.action = action
        return self

    def paginate(self, Filters: list[dict[str, Any]], **_: Any) -> list[dict[str, Any]]:  # noqa: N803 - boto3
        if self.action == "describe_instances":
            return [{"Reservations": [{"Instances": [instance]}]} for instance in self.instances]
        named = Filters[0]["Values"]
        assert len(named) <= 100
        sizes = {name: 2 if name == "c7i.large" else 4 for name in named}
        types = [
            {"InstanceType": instance_id, "VCpuInfo": {"DefaultVCpus": size}}
            for instance_id, size in sizes.items()
        ]
        return [{"InstanceTypes": types}]


def test_cpu_options_are_what_counts_where_an_instance_has_them() -> None:
    ec2 = Pages(
        {"InstanceType": "c7i.large", "CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 1}},
        {"InstanceType": "c7i.large"},
        {"InstanceType": "c7i.large", "Placement": {"Tenancy": "host"}},
    )
    assert account._used_by_others(ec2, "i-none") == 1 + 2


def test_a_region_with_many_types_is_counted_in_parts() -> None:
    ec2 = Pages(*({"InstanceType": f"m{number}.xlarge"} for number in range(250)))
    assert account._used_by_others(ec2, "i-none") == 1000


@pytest.mark.parametrize(
    ("instance_type", "standard"),
    [
        *((name, True) for name in ("a1.large", "c7i.8xlarge", "d3en.xlarge", "h1.2xlarge", "im4gn.large")),
        *((name, True) for name in ("is4gen.large", "m7i.large", "r8g.large", "t3a.2xlarge", "z1d.large")),
        *(
            (name, False)
            for name in ("g5.xlarge", "hpc7a.12xlarge", "inf2.xlarge", "mac2.metal", "dl1.24xlarge")
        ),
        *(
            (name, False)
            for name in ("trn1.2xlarge", "u-6tb1.metal", "vt1.3xlarge", "x2idn.16xlarge", "f2.6xlarge")
        ),
    ],
)
def test_which_types_the_quota_is_for(instance_type: str, standard: bool) -> None:  # noqa: FBT001
    assert bool(account.STANDARD.match(instance_type)) == standard


def test_a_work_type_with_a_quota_of_its_own_is_a_warning(aws: Simulator, instance_id: str) -> None:
    found = checks(aws, instance_id, work=["x2iedn.8xlarge"])
    assert found["other quotas"].result == "warning"
    assert "x2iedn.8xlarge" in found["other quotas"].found
    assert "quota" not in found


def test_the_zone_of_an_outpost_does_not_tell_its_types(aws: Simulator, instance_id: str) -> None:
    aws.show(instance_id, OutpostArn="arn:aws:outposts:us-east-1:123456789012:outpost/op-1")
    assert troubles(checks(aws, instance_id)) == {"zone": "warning"}
