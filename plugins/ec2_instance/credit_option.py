"""Keep the credit option of a T-family instance, which AWS forgets when the type changes.

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
    """Note the option of a burstable instance in its tags.

    Args:
        ec2: a client of EC2.
        instance_id: the instance.
        instance_type: its present type; one that is not burstable has no option to note.
        key: the tag that keeps the option.
    """
    if not BURSTABLE.match(instance_type):
        return
    try:
        tag = {"Key": key, "Value": _read(ec2, instance_id)}
        ec2.create_tags(Resources=[instance_id], Tags=[tag])
    except AwsError as error:
        log.warning(
            "Cannot note the credit option of %s, so it is not put back after the resize: %s",
            instance_id,
            error,
        )


def restore(ec2: Any, instance_id: str, instance_type: str, option: str) -> None:
    """Put back the option that was noted, where the instance has another one now.

    Args:
        ec2: a client of EC2.
        instance_id: the instance.
        instance_type: its present type; one that is not burstable takes no option.
        option: `standard` or `unlimited`; empty where none was noted.
    """
    if not option or not BURSTABLE.match(instance_type):
        return
    try:
        if _read(ec2, instance_id) == option:
            return
        refusal = _change(ec2, instance_id, option)
    except AwsError as error:
        refusal = str(error)
    if refusal:
        log.warning("Set the credit option of %s to %s by hand: %s", instance_id, option, refusal)
    else:
        log.info("The credit option of %s is %s again", instance_id, option)


def _change(ec2: Any, instance_id: str, option: str) -> str:
    """Change the option; returns why AWS did not, else an empty text.

    AWS lists in its answer for which instances it did not change the option, and raises no error.
    """
    wanted = {"InstanceId": instance_id, "CpuCredits": option}
    with answers():
        answer = ec2.modify_instance_credit_specification(InstanceCreditSpecifications=[wanted])
        changed = {each["InstanceId"] for each in answer["SuccessfulInstanceCreditSpecifications"]}
        if instance_id in changed:
            return ""
        error = answer["UnsuccessfulInstanceCreditSpecifications"][0]["Error"]
        return f"{error['Code']}: {error['Message']}"


def _read(ec2: Any, instance_id: str) -> str:
    with answers():
        answer = ec2.describe_instance_credit_specifications(InstanceIds=[instance_id])
        return answer["InstanceCreditSpecifications"][0]["CpuCredits"]
