"""What a person would look at before the stages begin, as one table."""

from __future__ import annotations

from functools import partial
from typing import Any

from ec2_resize.preflight.check import Check
from ec2_resize.preflight.run_check import run_check
from tier1_tasks.host import same_code
from tier1_tasks.host.feature_database import feature_database
from tier1_tasks.host.hardware import free_disk, size
from tier1_tasks.host.place import named_host, place
from tier1_tasks.host.this_host import Host
from tier1_tasks.host.wanted import Wanted


def check_host(here: Host, wanted: Wanted, ec2: Any, conninfo: str) -> list[Check]:
    """Check that this host is what the stages need.

    Args:
        here: what this host says about itself.
        wanted: what it has to be.
        ec2: a client of EC2, which is asked how big a type is; None where the stages run with Airflow.
        conninfo: the feature database.
    """
    instance = None if named_host(here.name, wanted) else wanted.instance
    return [
        *place(here.name, wanted),
        *(run_check("vCPUs", partial(size, ec2, here, instance)) if instance else []),
        same_code.versions(here.name, here.code, wanted.code),
        same_code.files(here.name, here.code, wanted.code),
        *feature_database(conninfo),
        free_disk(here),
    ]
