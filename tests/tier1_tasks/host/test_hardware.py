"""Whoever pays for 32 processors and 64 GiB is told where a stage can use fewer."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ec2_resize.preflight.check import Check
from tests.ec2.simulator import WORK, Simulator
from tests.tier1_tasks.host.case import HOST, wanted
from tier1_tasks.host.hardware import free_disk, size
from tier1_tasks.host.this_host import Host, free_bytes, this_host


@pytest.fixture
def instance_id(aws: Simulator) -> str:
    return aws.instance(instance_type=WORK)


def found(aws: Simulator, instance_id: str, here: Host) -> dict[str, Check]:
    return {check.name: check for check in size(aws.ec2, here, wanted(instance_id).instance)}


def results(aws: Simulator, instance_id: str, here: Host) -> dict[str, str]:
    return {name: check.result for name, check in found(aws, instance_id, here).items()}


def test_all_of_the_type_can_be_used(aws: Simulator, instance_id: str) -> None:
    assert results(aws, instance_id, HOST) == {"vCPUs": "ok", "memory": "ok"}


def test_a_limit_of_the_unit_or_the_container_is_noticed(aws: Simulator, instance_id: str) -> None:
    check = found(aws, instance_id, replace(HOST, vcpus=8))["vCPUs"]
    assert (check.result, check.found) == ("warning", f"8 of the 32 of {WORK}")
    assert "unit or container" in check.what_to_do
    assert "CPU options" not in check.what_to_do


def test_cpu_options_are_named(aws: Simulator, instance_id: str) -> None:
    aws.show(instance_id, CpuOptions={"CoreCount": 16, "ThreadsPerCore": 1})
    check = found(aws, instance_id, replace(HOST, vcpus=16))["vCPUs"]
    assert (check.result, check.found) == ("warning", f"16 of the 32 of {WORK}")
    assert "CPU options leave 16" in check.what_to_do
    assert "unit or container" not in check.what_to_do


def test_cpu_options_and_a_limit_are_both_named(aws: Simulator, instance_id: str) -> None:
    aws.show(instance_id, CpuOptions={"CoreCount": 16, "ThreadsPerCore": 1})
    check = found(aws, instance_id, replace(HOST, vcpus=2))["vCPUs"]
    assert "CPU options leave 16" in check.what_to_do
    assert "unit or container" in check.what_to_do


@pytest.mark.parametrize(("gib", "result"), [(64.0, "ok"), (62.1, "ok"), (62.0, "warning"), (8, "warning")])
def test_the_kernel_may_keep_three_percent_of_the_memory(
    aws: Simulator, instance_id: str, gib: float, result: str
) -> None:
    assert results(aws, instance_id, replace(HOST, memory_mib=int(gib * 1024)))["memory"] == result


@pytest.mark.parametrize(("free", "result"), [(999_999_999, "warning"), (1_000_000_000, "ok")])
def test_a_gigabyte_has_to_be_free_in_each_folder(free: int, result: str) -> None:
    check = free_disk(replace(HOST, free_bytes=HOST.free_bytes | {"/airflow": free}))
    assert check.result == result
    assert check.found == "1.0 GB in /airflow, 5.0 GB in /tmp"


def test_a_folder_that_is_made_later_has_the_room_of_its_disk(tmp_path: Path) -> None:
    disk = shutil.disk_usage(tmp_path)
    assert 0 < free_bytes(tmp_path / "not" / "yet") <= disk.total


def test_this_host_is_what_the_system_says() -> None:
    here = this_host()
    assert here.vcpus >= 1
    assert here.memory_mib > 256
    assert len(here.free_bytes) == 2
    assert here.name
