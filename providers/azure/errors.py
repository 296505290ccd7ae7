"""The SDK's exceptions become the contract's classes. The only place that reads codes.

Azure's SDK picks its exception class by the HTTP status alone: a 409 is ResourceExistsError
whether a quota is used up or a size is not sold. So the class decides nothing here; the code
does, and of several codes in one answer the innermost that is known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.azure.error_table import CREDENTIALS, NOT_FOUND, ROWS
from providers.contract.classify import (
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
    ThrottledError,
    TransientError,
    UnknownCloudError,
)
from providers.contract.tls import is_hang_up

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError, HttpResponseError, ODataV4Format

PROVIDER = "azure"

THROTTLED = 429
"""The one HTTP status that says more than the code beside it."""


@dataclass(frozen=True)
class Refusal:
    """One code of an answer, with the message beside it."""

    code: str
    message: str


def not_installed(error: ImportError, operation: str) -> NotInstalledError:
    """The error for an SDK that cannot be imported."""
    return NotInstalledError(
        f"the Azure SDK is not installed: {error}",
        provider=PROVIDER,
        operation=operation,
        advice="install it with `pip install 'longshore[azure]'`",
    )


def is_missing(error: CloudError) -> bool:
    """Whether the error says that the thing asked about is not there."""
    return isinstance(error, InvalidRequestError) and (
        error.code in NOT_FOUND or error.code.endswith("NotFound")
    )


def classify(
    error: AzureError, *, operation: str, phase: Phase, age: float | None = None
) -> CloudError:
    """The contract's error for what the SDK raised.

    `age`: seconds since we created the thing asked about, None when we did not just create
    it. The code, message and request id are kept word for word.
    """
    from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

    if isinstance(error, HttpResponseError) and error.response is not None:
        found = _from_answer(error, operation, phase, age)
        if (
            not isinstance(error, ClientAuthenticationError)
            or isinstance(found, (ThrottledError, TransientError))
            or (isinstance(found, AuthError) and error.error is not None)
        ):
            return found
        # The answer is the sign-in service's: no token was given.
    return _without_answer(error, operation)


def failed(
    found: ODataV4Format, *, operation: str, phase: Phase, request_id: str = ""
) -> CloudError:
    """The contract's error for a long-running operation that was accepted and then failed.
    Its HTTP status says nothing: it is 200."""
    return refused(list(refusals(found)), 200, operation, phase, request_id)


def refusals(found: ODataV4Format) -> Iterator[Refusal]:
    """All codes of an error, the innermost first, down through `details` and `innererror`."""
    for detail in found.details:
        yield from refusals(detail)
    yield from _inner(found.innererror, found.message or "")
    if found.code:
        yield Refusal(found.code, found.message or "")


def _inner(inner: object, message: str) -> Iterator[Refusal]:
    if not isinstance(inner, Mapping):
        return
    yield from _inner(inner.get("innererror"), message)
    code, said = inner.get("code"), inner.get("message")
    if isinstance(code, str) and code:
        yield Refusal(code, said if isinstance(said, str) else message)


def refused(
    found: list[Refusal],
    status: int,
    operation: str,
    phase: Phase,
    request_id: str = "",
    age: float | None = None,
    retry_after: float | None = None,
) -> CloudError:
    """The contract's error for an answer with these codes (innermost first) and status.

    The first code that a row knows decides. A code of the status itself (`404`, `429`, `503`)
    comes last, so that an answer without a known code still has a class where the status is
    clear enough.
    """
    told = found[-1] if found else Refusal(str(status), f"HTTP {status}")
    by_status = Refusal(str(status), told.message)
    # Azure's codes for too many calls are many, and one of them says `not allowed`.
    for candidate in (by_status, *found) if status == THROTTLED else (*found, by_status):
        row = find_row(ROWS, candidate.code, phase, candidate.message, age)
        if row is None or (candidate.code == "400" and told.code != "400"):
            continue
        shown = candidate if candidate in found else told
        message = told.message
        if shown.message and shown.message not in message:
            message = f"{message} ({shown.message})"
        return build_error(
            row.becomes,
            message,
            provider=PROVIDER,
            operation=operation,
            code=shown.code,
            request_id=request_id,
            advice=row.advice,
            retry_after=retry_after,
        )
    becomes = AuthError if status == 401 else UnknownCloudError
    return becomes(
        told.message,
        provider=PROVIDER,
        operation=operation,
        code=told.code,
        request_id=request_id,
        advice=CREDENTIALS if status == 401 else "",
    )


def _from_answer(
    error: HttpResponseError, operation: str, phase: Phase, age: float | None
) -> CloudError:
    status = error.status_code or 0
    found = list(refusals(error.error)) if error.error is not None else []
    headers: Mapping[str, str] = getattr(error.response, "headers", {})
    request_id = headers.get("x-ms-request-id") or headers.get("x-ms-correlation-request-id", "")
    asked = retry_after_seconds(headers.get("Retry-After"))
    return refused(found, status, operation, phase, request_id, age, asked)


def _without_answer(error: AzureError, operation: str) -> CloudError:
    """For errors on our side of the wire, where there is no code."""
    from azure.core import exceptions as sdk

    becomes: type[CloudError]
    if isinstance(error, sdk.ClientAuthenticationError):
        becomes, advice = AuthError, CREDENTIALS
    elif _is_certificate(error):
        becomes, advice = InvalidRequestError, "check `ca` and `endpoint` in the provider settings"
    elif isinstance(error, sdk.ServiceRequestError):
        becomes, advice = TransientError, "check the endpoint and the network"
    elif isinstance(
        error,
        (
            sdk.ServiceResponseError,
            sdk.IncompleteReadError,
            sdk.DecodeError,
            sdk.DeserializationError,
            sdk.HttpResponseError,
        ),
    ):
        becomes, advice = TransientError, ""
    elif isinstance(error, sdk.SerializationError):
        becomes, advice = InvalidRequestError, ""
    else:
        becomes, advice = UnknownCloudError, ""
    # The first line: the chain of credentials lists each that it tried on one of its own.
    return becomes(
        str(error).partition("\n")[0],
        provider=PROVIDER,
        operation=operation,
        code=type(error).__name__,
        advice=advice,
    )


def unreadable(error: json.JSONDecodeError, operation: str) -> TransientError:
    """The error for an answer that is not JSON: cut off, or from something in between."""
    return TransientError(
        f"the answer cannot be read: {error}",
        provider=PROVIDER,
        operation=operation,
        code=type(error).__name__,
    )


def _is_certificate(error: AzureError) -> bool:
    import requests

    inner = error.inner_exception
    return isinstance(inner, requests.exceptions.SSLError) and not is_hang_up(inner)
