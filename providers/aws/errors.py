"""The SDK's exceptions become the contract's classes. The only place that reads codes."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from providers.aws.error_table import CREDENTIALS, ROWS, STATE_REASONS, Class, Phase, Row
from providers.contract.errors import (
    AuthError,
    CapacityError,
    CloudError,
    InvalidRequestError,
    NotInstalledError,
    QuotaError,
    ThrottledError,
    TokenSpentError,
    TransientError,
    UnknownCloudError,
)

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


class AlreadyDone(CloudError):
    """What the call asked for stands already. Never leaves this package."""


_CLASSES: Mapping[Class, type[CloudError]] = {
    "capacity_zone": CapacityError,
    "capacity_region": CapacityError,
    "quota": QuotaError,
    "throttled": ThrottledError,
    "auth": AuthError,
    "invalid": InvalidRequestError,
    "transient": TransientError,
    "token_spent": TokenSpentError,
    "ok": AlreadyDone,
}


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


def find_row(code: str, phase: Phase, message: str, age: float | None) -> Row | None:
    """The first row of the table that fits, if any."""
    said = message.lower()
    for row in ROWS:
        if (
            phase in row.phases
            and row.text in said
            and (row.within is None or (age is not None and age < row.within))
            and any(fnmatchcase(code, pattern) for pattern in row.codes)
        ):
            return row
    return None


def _from_answer(error: ClientError, operation: str, phase: Phase, age: float | None) -> CloudError:
    body = error.response.get("Error", {})
    meta = error.response.get("ResponseMetadata", {})
    code = body.get("Code", "").removeprefix("Server.").removeprefix("Client.")
    message = body.get("Message", "") or str(error)
    request = meta.get("RequestId", "")
    status = meta.get("HTTPStatusCode", 0)
    row = find_row(code, phase, message, age)
    if row is not None:
        found = _build(row.becomes, message, operation, code, request, row.advice)
    elif status == 429:
        found = _build("throttled", message, operation, code, request, "")
    elif status >= 500:
        found = _build("transient", message, operation, code, request, "")
    else:
        return UnknownCloudError(
            message, provider=PROVIDER, operation=operation, code=code, request_id=request
        )
    if isinstance(found, ThrottledError):
        found.retry_after = _seconds(meta.get("HTTPHeaders", {}).get("retry-after"))
    return found


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
    elif isinstance(error, sdk.SSLError):
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
    becomes: Class, message: str, operation: str, code: str, request: str, advice: str
) -> CloudError:
    found = _CLASSES[becomes](
        message,
        provider=PROVIDER,
        operation=operation,
        code=code,
        request_id=request,
        advice=advice,
    )
    if isinstance(found, CapacityError):
        found.widen("region" if becomes == "capacity_region" else "zone")
    return found


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.isdigit() else None
