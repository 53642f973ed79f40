"""Which errors of AWS are worth another look, and which are a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.parsers import ResponseParserError


class UnclearAnswerError(Exception):
    """An answer without what AWS always says; a page of a proxy, mostly."""


AwsError = (ClientError, BotoCoreError, ResponseParserError, UnclearAnswerError)

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
OVERLOADED = {
    "Client.RequestLimitExceeded",
    "EC2ThrottledException",
    "IncorrectState",
    "InternalError",
    "InternalFailure",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestTimeout",
    "Server.Unavailable",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "Unavailable",
}
BUSY_STATUS = {408, 429}
# The caller's own trouble: no type of instance is refused by it.
NOT_BELIEVED = {
    "AuthFailure",
    "ExpiredToken",
    "InvalidClientTokenId",
    "RequestExpired",
    "SignatureDoesNotMatch",
}
NO_SUCH_INSTANCE = {"InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"}
NOT_PERMITTED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
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
    """What AWS said, without what botocore puts around it; of a page that is no answer its first line."""
    if isinstance(error, ClientError):
        return f"{code_of(error)}: {error.response.get('Error', {}).get('Message', 'no message')}"
    return str(error).partition("\n")[0]


@contextmanager
def answers() -> Iterator[None]:
    """Calls of AWS whose answer is taken apart: where it makes no sense, that is AWS's error and not ours."""
    try:
        yield
    except (LookupError, TypeError) as error:
        raise UnclearAnswerError(f"no sense in the answer: {type(error).__name__}: {error}") from error


def took_no_effect(error: BaseException) -> bool:
    """Whether AWS has answered that it did not do it; without an answer, only a look can tell."""
    return isinstance(error, ClientError)


def worth_another_look(error: BaseException) -> bool:
    """Whether the next look may show another picture, so that going on is better than failing.

    Going on is safe since nothing is repeated blindly: an answer that got lost, or a state that somebody
    else has changed meanwhile, is seen in the next look.
    """
    if isinstance(error, (HTTPClientError, BotoConnectionError, ResponseParserError, UnclearAnswerError)):
        return True  # no answer, or a proxy's page: whether the call took effect, only a look can tell
    code = code_of(error)
    if code in MAY_BE_GRANTED_LATER:
        return False  # although AWS answers a lack of capacity with HTTP 500
    if code not in UNKNOWN_ACTION and (_status(error) in BUSY_STATUS or _status(error) >= 500):
        return True
    # The new type had not reached the part of EC2 that starts instances: https://github.com/boto/boto3/issues/2190
    started_too_early = code == "InvalidParameterValue" and "LaunchPlan" in str(error)
    return code in OVERLOADED or code == "IncorrectInstanceState" or started_too_early


def may_be_granted_later(error: BaseException) -> bool:
    """Whether to ask again for the same type after a pause; any other refusal is for good."""
    return code_of(error) in MAY_BE_GRANTED_LATER


def _status(error: BaseException) -> int:
    if not isinstance(error, ClientError):
        return 0
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
