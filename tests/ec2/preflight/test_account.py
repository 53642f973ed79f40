"""What the account and the region have to give."""

from dataclasses import replace
from typing import Any

import pytest

from ec2_resize.preflight import account
from tests.ec2.preflight.outcome import SWITCH, checks, private_instance, troubles
from tests.ec2.simulator import WORK, Simulator


def used(aws: Simulator, it: str) -> int:
    """vCPUs in use by others, as the preflight counts them."""
    return account._used_by_others(aws.ec2, it)


def test_who_asks_and_where(aws: Simulator, it: str) -> None:
    found = checks(aws, it)["identity"].found
    assert "123456789012" in found
    assert "us-east-1" in found


def test_a_quota_that_the_work_type_just_fits(aws: Simulator, it: str) -> None:
    aws.vcpu_quota(used(aws, it) + 32)
    found = checks(aws, it)
    assert troubles(found) == {}
    assert found["quota"].found.endswith(f"{used(aws, it)} in use by others, 32 needed for {WORK}")


def test_a_quota_that_the_work_type_exceeds(aws: Simulator, it: str) -> None:
    aws.vcpu_quota(used(aws, it) + 31)
    found = checks(aws, it)
    assert troubles(found) == {"quota": "failed"}
    assert "L-1216C47A" in found["quota"].what_to_do


def test_the_biggest_work_type_counts(aws: Simulator, it: str) -> None:
    aws.vcpu_quota(used(aws, it) + 95)
    assert troubles(checks(aws, it, work=[WORK, "c7i.24xlarge", "c7i.4xlarge"])) == {"quota": "failed"}


def test_running_instances_are_counted_and_stopped_ones_are_not(aws: Simulator, it: str) -> None:
    before = used(aws, it)
    private_instance(aws)
    private_instance(aws, "stopped")
    assert used(aws, it) == before + 8


def test_the_instance_itself_is_not_counted(aws: Simulator, it: str) -> None:
    assert used(aws, it) == used(aws, "i-00000000000000000") - 8


def test_what_has_a_quota_of_its_own_is_not_counted(aws: Simulator, it: str) -> None:
    before = used(aws, it)
    private_instance(aws, InstanceMarketOptions={"MarketType": "spot"})
    private_instance(aws, instance_type="g4dn.xlarge")
    assert used(aws, it) == before


class Pages:
    """An EC2 with these instances; the simulator's have no CPU options."""

    def __init__(self, *instances: dict[str, Any]) -> None:
        self.instances = [
            {"InstanceId": f"i-{number}", "Placement": {"Tenancy": "default"}, **it}
            for number, it in enumerate(instances)
        ]

    def get_paginator(self, action: str) -> "Pages":
        self.action = action
        return self

    def paginate(self, Filters: list[dict[str, Any]], **_: Any) -> list[dict[str, Any]]:  # noqa: N803 - boto3
        if self.action == "describe_instances":
            return [{"Reservations": [{"Instances": [it]}]} for it in self.instances]
        named = Filters[0]["Values"]
        assert len(named) <= 100
        sizes = {it: 2 if it == "c7i.large" else 4 for it in named}
        types = [{"InstanceType": it, "VCpuInfo": {"DefaultVCpus": size}} for it, size in sizes.items()]
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
        *((it, True) for it in ("a1.large", "c7i.8xlarge", "d3en.xlarge", "h1.2xlarge", "im4gn.large")),
        *((it, True) for it in ("is4gen.large", "m7i.large", "r8g.large", "t3a.2xlarge", "z1d.large")),
        *((it, False) for it in ("g5.xlarge", "hpc7a.12xlarge", "inf2.xlarge", "mac2.metal", "dl1.24xlarge")),
        *(
            (it, False)
            for it in ("trn1.2xlarge", "u-6tb1.metal", "vt1.3xlarge", "x2idn.16xlarge", "f2.6xlarge")
        ),
    ],
)
def test_which_types_the_quota_is_for(instance_type: str, standard: bool) -> None:  # noqa: FBT001
    assert bool(account.STANDARD.match(instance_type)) == standard


def test_a_work_type_with_a_quota_of_its_own_is_a_warning(aws: Simulator, it: str) -> None:
    found = checks(aws, it, work=["x2iedn.8xlarge"])
    assert found["other quotas"].result == "warning"
    assert "x2iedn.8xlarge" in found["other quotas"].found
    assert "quota" not in found


def test_a_dead_man_switch_that_is_not_set_up_is_a_warning(aws: Simulator, it: str) -> None:
    found = checks(aws, it, switch=None)
    assert troubles(found) == {"dead-man switch": "warning"}
    assert "deploy/README.md" in found["dead-man switch"].what_to_do


def test_a_dead_man_switch_whose_document_is_gone_is_a_failure(aws: Simulator, it: str) -> None:
    assert troubles(checks(aws, it, switch=replace(SWITCH, document="gone"))) == {"dead-man switch": "failed"}
