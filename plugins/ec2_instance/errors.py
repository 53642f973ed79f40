"""Which errors of AWS are worth another look, and which are a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions as botocore_errors
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError


class UnclearAnswerError(Exception):
    """An answer without what AWS always says; a page of a proxy, mostly."""


class StaleCredentialsError(Exception):
    """Credentials that had expired when they arrived, for which botocore has no error of its own."""


AwsError = (ClientError, BotoCoreError, ResponseParserError, UnclearAnswerError, StaleCredentialsError)

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
# The caller's own trouble, which passes as throttling does: a metadata service, STS or a credential process
# that is away for a while, or a clock that is wrong. No type of instance is refused by it.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
CREDENTIAL_ERRORS = {
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
NO_CREDENTIALS = (
    StaleCredentialsError,
    botocore_errors.ConfigNotFound,
    botocore_errors.ConfigParseError,
    botocore_errors.CredentialRetrievalError,
    botocore_errors.InvalidConfigError,
    botocore_errors.LoginError,
    botocore_errors.MetadataRetrievalError,
    botocore_errors.NoAuthTokenError,
    botocore_errors.NoCredentialsError,
    botocore_errors.PartialCredentialsError,
    botocore_errors.ProfileNotFound,
    botocore_errors.SSOError,
    botocore_errors.TokenRetrievalError,
    botocore_errors.UnknownCredentialError,
)
# What stays wrong however often it is tried: mistakes of the configuration, or our own.
MISTAKES = (
    botocore_errors.DataNotFoundError,
    botocore_errors.NoRegionError,
    botocore_errors.ParamValidationError,
)
# What botocore calls by itself to get credentials: whatever it is answered is not about an instance.
CREDENTIAL_CALLS = {
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "CreateOAuth2Token",
    "CreateToken",
    "GetFederationToken",
    "GetRoleCredentials",
    "GetSessionToken",
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


def error_text(error: BaseException) -> str:
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
    except RuntimeError as error:
        if "credentials" not in str(error):
            raise
        raise StaleCredentialsError(str(error)) from error


def is_about_credentials(error: BaseException) -> bool:
    """Whether the caller could not prove who it is: nothing was asked for, or nobody looked at what was."""
    if isinstance(error, ClientError):
        return code_of(error) in CREDENTIAL_ERRORS or error.operation_name in CREDENTIAL_CALLS
    return isinstance(error, NO_CREDENTIALS)


def took_no_effect(error: BaseException) -> bool:
    """Whether AWS has answered that it did not do it, or was not asked; otherwise only a look can tell."""
    return isinstance(error, ClientError) or is_about_credentials(error)


def worth_another_look(error: BaseException) -> bool:
    """Whether the next look may show another picture, so that going on is better than failing.

    Going on is safe since nothing is repeated blindly: an answer that got lost, or a state that somebody
    else has changed meanwhile, is seen in the next look.
    """
    if isinstance(error, MISTAKES):
        return False
    if not isinstance(error, ClientError) or is_about_credentials(error):
        return True  # no answer, a proxy's page, or no credentials: nothing was said about the instance
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
