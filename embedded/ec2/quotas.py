"""How many vCPUs may run at once.

https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
"""

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.servicequotas.models import ServiceQuotasBackend

from embedded.ec2.named import all_instances

STANDARD = re.compile(
    r"([acdhimrtz]|im|is)\d"
)  # not inf1, hpc6a, trn1, u-6tb1, ...: they have quotas of their own


class OnDemandStandard:
    """The quota of the ordinary families; what runs on Spot has another one."""

    CODE = "L-1216C47A"
    NAME = "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances"
    vcpus: ClassVar[int] = 128

    @classmethod
    def allow(cls, vcpus: int) -> None:
        """Allow so many from now on."""
        cls.vcpus = int(vcpus)

    @staticmethod
    def count(types: Iterable[str]) -> int:
        """Count the vCPUs; an instance that was launched with fewer counts as its type does."""
        return sum(
            INSTANCE_TYPES[instance_type]["VCpuInfo"]["DefaultVCpus"]
            for instance_type in types
            if STANDARD.match(instance_type)
        )

    @classmethod
    def in_use(cls, region: str) -> int:
        """Count the vCPUs of all that runs or is about to."""
        found = (instance for instance in all_instances(region) if instance.lifecycle != "spot")
        return cls.count(
            instance.instance_type for instance in found if instance.state in {"pending", "running"}
        )

    @classmethod
    def described(cls, backend: ServiceQuotasBackend) -> dict[str, Any]:
        """Describe it as Service Quotas does."""
        return {
            "ServiceCode": "ec2",
            "ServiceName": "Amazon Elastic Compute Cloud (Amazon EC2)",
            "QuotaArn": f"arn:aws:servicequotas:{backend.region_name}:{backend.account_id}:ec2/{cls.CODE}",
            "QuotaCode": cls.CODE,
            "QuotaName": cls.NAME,
            "Value": float(cls.vcpus),
            "Unit": "None",
            "Adjustable": True,
            "GlobalQuota": False,
        }


def install() -> None:
    """Let moto's Service Quotas, which knows the quotas of VPC only, tell this one."""
    of_moto = ServiceQuotasBackend.get_service_quota

    def get_service_quota(self: ServiceQuotasBackend, service_code: str, quota_code: str) -> dict[str, Any]:
        if (service_code, quota_code) == ("ec2", OnDemandStandard.CODE):
            return OnDemandStandard.described(self)
        return of_moto(self, service_code, quota_code)

    ServiceQuotasBackend.get_service_quota = get_service_quota
