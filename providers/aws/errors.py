"""The SDK's exceptions become the contract's classes. The only place that reads codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.aws.error_table import CREDENTIALS, ROWS, STATE_REASONS
from providers.contract.classify import (
    ErrorClass,
    Phase,
    build_error,
    find_row,
    retry_after_seconds,
)
from providers.contract.errors import (
    AuthError,
    CloudError,
    InvalidRequestError,
    NotInstalledError,
    TokenSpentError,
    TransientError,
    UnknownCloudError,
)
from providers.contract.tls import is_hang_up

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

PROVIDER = "aws"
RUN = "RunInstances"


def not_installed(error: ImportError, operation: str) -> NotInstalledError:
    """The error for an SDK that cannot be imported."""
    return NotInstalledError(
        f"the AWS SDK is not installed: {error}",
        provider=PROVIDER,
        operation=operation,
        advice="install it with `pip install 'longshore[aws]'`",
    )


def classify(
    error: ClientError | BotoCoreError | ResponseParserError,
    *,
    operation: str,
    phase: Phase,
    age: float | None = None,
) -> CloudError:
    """The contract's error for what the SDK raised.

    `age`: seconds since we created the thing asked about, None when we did not just create
    it. The code, message and request id are kept word for word.
    """
    from botocore.exceptions import ClientError

    if isinstance(error, ClientError):
        return _from_answer(error, operation, phase, age)
    return _without_answer(error, operation)


def died(code: str, message: str, *, before: bool = False) -> CloudError:
    """The error for an instance that was created and died before it ran.

    `before`: it was dead in the answer to RunInstances, so it is one that an earlier call
    with the same token made; for whatever reason it went, its token is spent.
    """
    for known, becomes, advice in STATE_REASONS:
        if code == known:
            return _build(becomes, message, RUN, code, "", advice)
    error = TokenSpentError if before else UnknownCloudError
    return error(message, provider=PROVIDER, operation=RUN, code=code)


def _from_answer(error: ClientError, operation: str, phase: Phase, age: float | None) -> CloudError:
    body = error.response.get("Error", {})
    meta = error.response.get("ResponseMetadata", {})
    code = body.get("Code", "").removeprefix("Server.").removeprefix("Client.")
    message = body.get("Message", "") or str(error)
    request = meta.get("RequestId", "")
    status = meta.get("HTTPStatusCode", 0)
    asked = retry_after_seconds(meta.get("HTTPHeaders", {}).get("retry-after"))
    row = find_row(ROWS, code, phase, message, age)
    if row is not None:
        return _build(row.becomes, message, operation, code, request, row.advice, asked)
    if status == 429:
        return _build("throttled", message, operation, code, request, "", asked)
    if status >= 500:
        return _build("transient", message, operation, code, request, "", asked)
    return UnknownCloudError(
        message, provider=PROVIDER, operation=operation, code=code, request_id=request
    )


def _without_answer(error: BotoCoreError | ResponseParserError, operation: str) -> CloudError:
    """For errors on our side of the wire, where there is no code."""
    from botocore import exceptions as sdk
    from botocore.parsers import ResponseParserError

    becomes: type[CloudError]
    if isinstance(error, sdk.ProfileNotFound):
        becomes, advice = AuthError, "check `profile` in the provider settings and AWS_PROFILE"
    elif isinstance(
        error,
        (
            sdk.NoCredentialsError,
            sdk.PartialCredentialsError,
            sdk.CredentialRetrievalError,
            sdk.TokenRetrievalError,
            sdk.SSOError,
            sdk.NoAuthTokenError,
            sdk.MetadataRetrievalError,
            sdk.RefreshWithMFAUnsupportedError,
            sdk.InvalidConfigError,
            sdk.ConfigParseError,
        ),
    ):
        becomes, advice = AuthError, CREDENTIALS
    elif isinstance(error, sdk.SSLError) and not is_hang_up(error):
        becomes, advice = InvalidRequestError, "check `ca` and `endpoint` in the provider settings"
    elif isinstance(error, (sdk.NoRegionError, sdk.InvalidRegionError)):
        becomes, advice = InvalidRequestError, "check `region` in the target"
    elif isinstance(error, sdk.ParamValidationError):
        becomes, advice = InvalidRequestError, ""
    elif isinstance(error, (sdk.EndpointConnectionError, sdk.ConnectTimeoutError)):
        becomes, advice = TransientError, "check the region's name, the endpoint and the network"
    elif isinstance(
        error,
        (sdk.HTTPClientError, sdk.ConnectionError, sdk.IncompleteReadError, ResponseParserError),
    ):
        becomes, advice = TransientError, ""
    else:
        becomes, advice = UnknownCloudError, ""
    # The first line: after it a parser's complaint quotes the whole answer.
    return becomes(
        str(error).partition("\n")[0],
        provider=PROVIDER,
        operation=operation,
        code=type(error).__name__,
        advice=advice,
    )


def _build(
    becomes: ErrorClass,
    message: str,
    operation: str,
    code: str,
    request: str,
    advice: str,
    retry_after: float | None = None,
) -> CloudError:
    return build_error(
        becomes,
        message,
        provider=PROVIDER,
        operation=operation,
        code=code,
        request_id=request,
        advice=advice,
        retry_after=retry_after,
    )
