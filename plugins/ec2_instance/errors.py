"""Which errors of AWS are worth another try, and which are a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions as botocore_errors
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError


class UnclearAnswerError(Exception):
    """An answer without what AWS always says; mostly the page of a proxy."""


class StaleCredentialsError(Exception):
    """Credentials that had expired when they arrived, for which botocore has no error of its own."""


class WrongEndpointError(BotoCoreError):
    """A client would ask the host of another service."""

    fmt = "{service} would be asked at {host}, which is the endpoint of another service"


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
# The caller could not prove who it is: a metadata service, STS or a credential process is away for a while,
# or a clock is wrong. That passes, as throttling does, and refuses no type of instance.
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
# What stays wrong however often it is tried: mistakes of the configuration, or of this code.
MISTAKES = (
    WrongEndpointError,
    botocore_errors.DataNotFoundError,
    botocore_errors.NoRegionError,
    botocore_errors.ParamValidationError,
)
# What botocore calls by itself to get credentials: no answer to these calls is about an instance.
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
# What an endpoint answers that is not AWS itself and does not know a call.
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
    """Return the error code of AWS, or the name of the exception where no answer came."""
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code", "Unknown")
    return type(error).__name__


def error_text(error: BaseException) -> str:
    """Return what AWS said, without what botocore puts around it.

    Of any other error it is the first line, as an error may quote a whole page.
    """
    if isinstance(error, ClientError):
        return f"{code_of(error)}: {error.response.get('Error', {}).get('Message', 'no message')}"
    return str(error).partition("\n")[0]


@contextmanager
def answers() -> Iterator[None]:
    """Turn what goes wrong while an answer of AWS is read into one of `AwsError`.

    An endpoint that is not AWS itself, such as a proxy, may leave out what AWS always says, or say it in
    other words.

    Raises:
        UnclearAnswerError: the answer makes no sense.
        StaleCredentialsError: the credentials had expired when they arrived.
    """
    try:
        yield
    except AwsError:
        raise  # some are a ValueError, too
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnclearAnswerError(
            f"the answer is none of AWS's ({type(error).__name__}: {error}): look for a proxy on the way"
        ) from error
    except RuntimeError as error:
        if "credentials" not in str(error):
            raise
        raise StaleCredentialsError(str(error)) from error


def is_about_credentials(error: BaseException) -> bool:
    """Tell whether the caller could not prove who it is, so that AWS did not look at what was asked for."""
    if isinstance(error, ClientError):
        return code_of(error) in CREDENTIAL_ERRORS or error.operation_name in CREDENTIAL_CALLS
    return isinstance(error, NO_CREDENTIALS)


def took_no_effect(error: BaseException) -> bool:
    """Tell whether AWS has certainly not done what it was asked for; where not, only the state can tell."""
    return isinstance(error, ClientError) or is_about_credentials(error)


def worth_another_look(error: BaseException) -> bool:
    """Tell whether to read the state again and go on, rather than to fail.

    Going on is safe, as no call is repeated before the state has been read: an answer that got lost, or a
    change that somebody else has made meanwhile, shows in it.
    """
    if isinstance(error, MISTAKES):
        return False
    if not isinstance(error, ClientError) or is_about_credentials(error):
        return True  # no answer, a proxy's page, or no credentials: AWS has said nothing about the instance
    code = code_of(error)
    if code in MAY_BE_GRANTED_LATER:
        return False  # although AWS answers a lack of capacity with HTTP 500
    if code not in UNKNOWN_ACTION and (_status(error) in BUSY_STATUS or _status(error) >= 500):
        return True
    # The new type had not reached the part of EC2 that starts instances: https://github.com/boto/boto3/issues/2190
    started_too_early = code == "InvalidParameterValue" and "LaunchPlan" in str(error)
    return code in OVERLOADED or code == "IncorrectInstanceState" or started_too_early


def may_be_granted_later(error: BaseException) -> bool:
    """Tell whether to ask again for the same type after a pause; any other refusal is final."""
    return code_of(error) in MAY_BE_GRANTED_LATER


def _status(error: BaseException) -> int:
    if not isinstance(error, ClientError):
        return 0
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
