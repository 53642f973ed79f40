"""How big a type is, and what CPU options make of an instance."""

import pytest

from ec2_instance.errors import UnclearAnswerError
from ec2_instance.size import Size, chosen_vcpus, size_of
from tests.ec2.simulator import BASE, WORK, Simulator


@pytest.mark.parametrize(("instance_type", "size"), [(WORK, Size(32, 64 * 1024)), (BASE, Size(8, 32 * 1024))])
def test_a_type_has_vcpus_and_memory(aws: Simulator, instance_type: str, size: Size) -> None:
    assert size_of(aws.ec2, instance_type) == size


def test_a_type_that_does_not_exist_has_no_size(aws: Simulator) -> None:
    with pytest.raises(UnclearAnswerError, match=r"c7i\.9xlarge"):
        size_of(aws.ec2, "c7i.9xlarge")


def test_cpu_options_count(aws: Simulator) -> None:
    it = aws.instance(instance_type=WORK)
    assert chosen_vcpus(aws.describe(it)) == 32
    aws.show(it, CpuOptions={"CoreCount": 16, "ThreadsPerCore": 1})
    assert chosen_vcpus(aws.describe(it)) == 16
    assert chosen_vcpus({"InstanceId": it}) is None
