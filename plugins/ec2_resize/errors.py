"""Which errors of AWS are worth another look, and which are a refusal."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.parsers import ResponseParserError

AwsError = (ClientError, BotoCoreError, ResponseParserError)

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
OVERLOADED = {
    "500",  # without a body botocore takes the status for the code
    "502",
    "503",
    "504",
    "InternalError",
    "InternalFailure",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "Unavailable",
}
NO_SUCH_INSTANCE = {"InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"}
NOT_PERMITTED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
# What an endpoint answers that is not quite AWS.
UNKNOWN_ACTION = {
    "InvalidAction",
    "NotImplemented",
    "UnknownOperation",
    "UnknownOperationException",
    "404",
    "501",
}
# What may be granted later to the very same request: capacity comes back, others stop their instances.
MAY_BE_GRANTED_LATER = {
    "InsufficientCapacity",
    "InsufficientHostCapacity",
    "InsufficientInstanceCapacity",
    "InstanceLimitExceeded",
    "VcpuLimitExceeded",
}


def code_of(error: BaseException) -> str:
    """The error code of AWS, or the name of the exception where no answer came."""
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code", "Unknown")
    return type(error).__name__


def said(error: BaseException) -> str:
    """What AWS said, without what botocore puts around it."""
    if isinstance(error, ClientError):
        return f"{code_of(error)}: {error.response.get('Error', {}).get('Message', 'no message')}"
    return str(error)


def worth_another_look(error: BaseException) -> bool:
    """Whether the next look may show another picture, so that going on is better than failing.

    Going on is safe since nothing is repeated blindly: an answer that got lost, or a state that somebody
    else has changed meanwhile, is seen in the next look.
    """
    if isinstance(error, (HTTPClientError, BotoConnectionError, ResponseParserError)):
        return True  # no answer, or a proxy's page: whether the call took effect, only a look can tell
    code = code_of(error)
    # The new type had not reached the part of EC2 that starts instances: https://github.com/boto/boto3/issues/2190
    started_too_early = code == "InvalidParameterValue" and "LaunchPlan" in str(error)
    return code in OVERLOADED or code == "IncorrectInstanceState" or started_too_early


def may_be_granted_later(error: BaseException) -> bool:
    """Whether to ask again for the same type after a pause; any other refusal is for good."""
    return code_of(error) in MAY_BE_GRANTED_LATER
