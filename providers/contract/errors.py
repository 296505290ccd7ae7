"""The classes that every cloud's errors become.

The orchestrator decides on the class alone; the cloud's own code, message and request id
travel along so that they can be shown. An adapter's classifier is the only place that
reads codes.
"""

from __future__ import annotations

from typing import Literal

Scope = Literal["zone", "region", "account"]


class CloudError(Exception):
    """A cloud refused or failed a call.

    `code`, `request_id` are the cloud's own words (empty when it gave none), `operation`
    the API call, `advice` what to do about it.
    """

    def __init__(
        self,
        message: str,
        *,
        provider: str,
        operation: str = "",
        code: str = "",
        request_id: str = "",
        advice: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.provider = provider
        self.operation = operation
        self.code = code
        self.request_id = request_id
        self.advice = advice

    def __str__(self) -> str:
        where = f"{self.provider} {self.operation}".strip()
        code = f" {self.code}:" if self.code else ""
        tail = f" (request {self.request_id})" if self.request_id else ""
        return f"{where}:{code} {self.message}{tail}"


class CapacityError(CloudError):
    """The cloud has no room for this type there; `scope` says how wide."""

    scope: Scope = "zone"

    def widen(self, scope: Scope) -> CapacityError:
        """Set how far the lack of capacity reaches and return self."""
        self.scope = scope
        return self


class QuotaError(CloudError):
    """The account may not have more of this in the region. `whole_region`: no other family of
    types would help there, since the limit is on something that every machine takes."""

    whole_region: bool = False


class PassingError(CloudError):
    """A refusal that is expected to pass: the same call may be made again, where that is safe.
    `retry_after` is the cloud's own wish in seconds until then, if it gave one."""

    retry_after: float | None = None


class ThrottledError(PassingError):
    """Too many calls."""


class AuthError(CloudError):
    """Credentials are missing, expired or not allowed to do this."""


class InvalidRequestError(CloudError):
    """The request is wrong; sending it again cannot help."""


class TransientError(PassingError):
    """A failure that is expected to pass; safe to repeat for idempotent calls."""


class TokenSpentError(TransientError):
    """The token belongs to a machine that is gone. The request may be made again, but only
    with a new token: sending it again as it is cannot help, so `with_retries` does not."""


class UnknownCloudError(CloudError):
    """A code the classifier does not know: clean up, stop, and show it verbatim."""


class NotInstalledError(CloudError):
    """The adapter's SDK is not installed beside Longshore: it is an extra."""


class ForeignResourceError(CloudError):
    """Refused by the adapter itself: the resource does not carry our tags."""


class DeadlineError(CloudError):
    """A wait on the cloud ran past its deadline."""
