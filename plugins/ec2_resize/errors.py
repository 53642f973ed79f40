"""Which errors of AWS are worth another look, and which are a refusal."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError

AwsError = (ClientError, BotoCoreError)

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
OVERLOADED = {
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


def code_of(error: BaseException) -> str:
    """The error code of AWS, or the name of the exception where no answer came."""
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code", "Unknown")
    return type(error).__name__


def worth_another_look(error: BaseException) -> bool:
    """Whether the next look may show another picture, so that going on is better than failing.

    Going on is safe since nothing is repeated blindly: an answer that got lost, or a state that somebody
    else has changed meanwhile, is seen in the next look.
    """
    if isinstance(error, (HTTPClientError, BotoConnectionError)):
        return True  # the connection failed; whether the call took effect, only a look can tell
    code = code_of(error)
    # The new type had not reached the part of EC2 that starts instances: https://github.com/boto/boto3/issues/2190
    started_too_early = code == "InvalidParameterValue" and "LaunchPlan" in str(error)
    return code in OVERLOADED or code == "IncorrectInstanceState" or started_too_early
