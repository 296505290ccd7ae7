"""The SDK's exceptions become the contract's classes. The only place that reads codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from providers.contract.classify import (
    ErrorClass,
    Phase,
    Row,
    build_error,
    find_row,
    retry_after_seconds,
)
from providers.contract.errors import (
    AuthError,
    CloudError,
    InvalidRequestError,
    NotInstalledError,
    TransientError,
    UnknownCloudError,
)
from providers.contract.tls import is_hang_up
from providers.gcp.error_table import CREDENTIALS, ROWS, WEIGHT

if TYPE_CHECKING:
    from google.cloud.compute_v1.types import compute

PROVIDER = "gcp"


def not_installed(error: ImportError, operation: str) -> NotInstalledError:
    """The error for an SDK that cannot be imported."""
    return NotInstalledError(
        f"the Google Cloud SDK is not installed: {error}",
        provider=PROVIDER,
        operation=operation,
        advice="install it with `pip install 'longshore[gcp]'`",
    )


def invalid(message: str, operation: str, advice: str, code: str = "") -> InvalidRequestError:
    """The error for what the adapter itself refuses."""
    return InvalidRequestError(
        message, provider=PROVIDER, operation=operation, code=code, advice=advice
    )


def classify(error: Exception, *, operation: str, phase: Phase) -> CloudError:
    """The contract's error for what the SDK raised: a GoogleAPIError (there was an answer), a
    GoogleAuthError, one of requests' exceptions or a ParseError (there was none, or none that
    can be read). Code and message are kept word for word."""
    from google.api_core.exceptions import GoogleAPICallError

    if isinstance(error, GoogleAPICallError):
        return _from_answer(error, operation, phase)
    return _without_answer(error, operation)


def from_operation(done: compute.Operation, *, operation: str, phase: Phase) -> CloudError | None:
    """What a finished operation ended in; None when it ended well.

    Several errors can come at once: the heaviest decides (see `WEIGHT`), all are told. Read
    from `error.errors`, since the SDK's own result passes over errors without an HTTP status.
    """
    told = [(item.code, item.message) for item in done.error.errors]
    status = done.http_error_status_code
    if not told and status >= 400:
        told = [(done.http_error_message.replace(" ", "_").upper(), done.http_error_message)]
    if not told:
        return None
    rows = [find_row(ROWS, code, phase, message) for code, message in told]
    weights = [WEIGHT.index(None if row is None else row.becomes) for row in rows]
    first = weights.index(min(weights))
    code, message = told[first]
    rest = [f"{other}: {text}" for at, (other, text) in enumerate(told) if at != first]
    whole = "; ".join([message or code, *rest])
    return _decide(rows[first], status, whole, operation, code, done.name)


def _from_answer(error: Exception, operation: str, phase: Phase) -> CloudError:
    from google.api_core.exceptions import GoogleAPICallError

    answer = cast("GoogleAPICallError", error)
    codes, message = _words(answer)
    code = codes[0]
    headers = getattr(answer.response, "headers", {})
    status = int(answer.code or 0)
    # Google's own answers carry no id; what stands between may give one.
    request = headers.get("x-request-id", "")
    if status == 401:
        return _build("auth", message, operation, code, request, CREDENTIALS)
    rows = (find_row(ROWS, each, phase, message) for each in codes)
    return _decide(
        next((row for row in rows if row is not None), None),
        status,
        message,
        operation,
        code,
        request,
        retry_after_seconds(headers.get("retry-after")),
    )


def _words(answer: Exception) -> tuple[tuple[str, ...], str]:
    """The cloud's own code and message. The code is the reason of the first error; answers in
    the newer form have it as an ErrorInfo, beside a reason that says less, which comes second."""
    errors = [item for item in getattr(answer, "errors", ()) if isinstance(item, dict)]
    first = errors[0] if errors else {}
    reason = str(first.get("reason", "") or "")
    detail = str(getattr(answer, "reason", None) or "")
    message = str(first.get("message", "") or getattr(answer, "message", "") or answer)
    if reason in ("", "forbidden", "badRequest") and detail:
        return (detail, reason), message
    return (reason or type(answer).__name__,), message


def _decide(
    row: Row | None,
    status: int,
    message: str,
    operation: str,
    code: str,
    request: str = "",
    retry_after: float | None = None,
) -> CloudError:
    if row is not None:
        return _build(row.becomes, message, operation, code, request, row.advice, retry_after)
    if status == 429:
        return _build("throttled", message, operation, code, request, "", retry_after)
    if status >= 500:
        return _build("transient", message, operation, code, request, "", retry_after)
    return UnknownCloudError(
        message, provider=PROVIDER, operation=operation, code=code, request_id=request
    )


def _without_answer(error: Exception, operation: str) -> CloudError:
    """For errors on our side of the wire, where there is no code."""
    from google.auth import exceptions as auth
    from google.protobuf.json_format import ParseError  # type: ignore[import-untyped]
    from requests import exceptions as http

    becomes: type[CloudError]
    if isinstance(error, (auth.TransportError, auth.TimeoutError)):
        becomes, advice = TransientError, "check the network: no token could be fetched"
    elif isinstance(error, auth.RefreshError) and error.retryable:
        becomes, advice = TransientError, ""
    elif isinstance(error, auth.GoogleAuthError):
        # An expired or refused token, an answer 401 to credentials that cannot be renewed.
        becomes, advice = AuthError, CREDENTIALS
    elif isinstance(error, http.SSLError) and not is_hang_up(error):
        becomes, advice = InvalidRequestError, "check `ca` and `endpoint` in the provider settings"
    elif isinstance(
        error, (http.MissingSchema, http.InvalidSchema, http.InvalidURL, http.URLRequired)
    ):
        becomes, advice = InvalidRequestError, "check `endpoint` in the provider settings"
    elif isinstance(error, (http.ConnectionError, http.Timeout)):
        becomes, advice = TransientError, "check the endpoint and the network"
    elif isinstance(error, (http.RequestException, ParseError)):
        # An answer that broke off, or that is no JSON.
        becomes, advice = TransientError, ""
    else:
        becomes, advice = UnknownCloudError, ""
    return becomes(
        str(error).partition("\n")[0] or type(error).__name__,
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
    request: str = "",
    advice: str = "",
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
