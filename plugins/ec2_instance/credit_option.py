"""The credit option of the T family, which AWS forgets when the type changes.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-how-to.html
"""

from __future__ import annotations

import logging
import re
from typing import Any

from ec2_instance.errors import AwsError, answers

log = logging.getLogger(__name__)

BURSTABLE = re.compile(r"t\d")


def remember(ec2: Any, instance_id: str, instance_type: str, key: str) -> None:
    """Note the option of a burstable instance in the tag with this key."""
    if not BURSTABLE.match(instance_type):
        return
    try:
        tag = {"Key": key, "Value": _option(ec2, instance_id)}
        ec2.create_tags(Resources=[instance_id], Tags=[tag])
    except AwsError as error:
        log.warning("The credit option of %s could not be noted: %s", instance_id, error)


def restore(ec2: Any, instance_id: str, instance_type: str, option: str) -> None:
    """Put back the option that was noted, where it is another one now."""
    if not option or not BURSTABLE.match(instance_type):
        return
    try:
        if _option(ec2, instance_id) == option:
            return
        why_not = _change(ec2, instance_id, option)
    except AwsError as error:
        why_not = str(error)
    if why_not:
        log.warning("Set the credit option of %s to %s by hand: %s", instance_id, option, why_not)
    else:
        log.info("The credit option of %s is %s again", instance_id, option)


def _change(ec2: Any, instance_id: str, option: str) -> str:
    """Change it; why AWS did not, if so. It tells of each instance in its answer, and raises no error."""
    wanted = {"InstanceId": instance_id, "CpuCredits": option}
    with answers():
        answer = ec2.modify_instance_credit_specification(InstanceCreditSpecifications=[wanted])
        if any(it["InstanceId"] == instance_id for it in answer["SuccessfulInstanceCreditSpecifications"]):
            return ""
        failed = answer["UnsuccessfulInstanceCreditSpecifications"][0]["Error"]
        return f"{failed['Code']}: {failed['Message']}"


def _option(ec2: Any, instance_id: str) -> str:
    with answers():
        answer = ec2.describe_instance_credit_specifications(InstanceIds=[instance_id])
        return answer["InstanceCreditSpecifications"][0]["CpuCredits"]
