"""From a cloud's error code to the contract's class: one mechanism, one table per adapter.

An adapter lists its rows (`Row`, data only) and calls `find_row` and `build_error` from its
classifier, the only place that reads codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from providers.contract.errors import (
    AuthError,
    CapacityError,
    CloudError,
    InvalidRequestError,
    PassingError,
    QuotaError,
    ThrottledError,
    TokenSpentError,
    TransientError,
)

Phase = Literal["create", "poll", "delete", "read"]
"""create: changes that add something; poll: reads of what we have just created;
delete: changes that remove something; read: everything else."""

ErrorClass = Literal[
    "capacity_zone",
    "capacity_region",
    "quota",
    "quota_region",
    "throttled",
    "auth",
    "invalid",
    "transient",
    "token_spent",
    "ok",
]

ALL: frozenset[Phase] = frozenset({"create", "poll", "delete", "read"})
CREATE: frozenset[Phase] = frozenset({"create"})
DELETE: frozenset[Phase] = frozenset({"delete"})
FRESH: frozenset[Phase] = frozenset({"create", "poll"})


class AlreadyDone(CloudError):
    """What the call asked for stands already. Never leaves an adapter."""


_CLASSES: Mapping[ErrorClass, type[CloudError]] = {
    "capacity_zone": CapacityError,
    "capacity_region": CapacityError,
    "quota": QuotaError,
    "quota_region": QuotaError,
    "throttled": ThrottledError,
    "auth": AuthError,
    "invalid": InvalidRequestError,
    "transient": TransientError,
    "token_spent": TokenSpentError,
    "ok": AlreadyDone,
}


@dataclass(frozen=True)
class Row:
    """One row: `codes` (shell patterns) in any of `phases` become `becomes`.

    `text`: lower-case words the message must hold. `within`: only this many seconds after
    our own create. `advice`: what the user can do, shown with the error.
    """

    codes: tuple[str, ...]
    becomes: ErrorClass
    phases: frozenset[Phase] = ALL
    text: str = ""
    within: float | None = None
    advice: str = ""


def find_row(
    rows: Iterable[Row], code: str, phase: Phase, message: str, age: float | None = None
) -> Row | None:
    """The first row that fits, if any. `age`: seconds since we created the thing asked
    about, None when we did not just create it."""
    said = message.lower()
    for row in rows:
        if (
            phase in row.phases
            and row.text in said
            and (row.within is None or (age is not None and age < row.within))
            and any(fnmatchcase(code, pattern) for pattern in row.codes)
        ):
            return row
    return None


def build_error(
    becomes: ErrorClass,
    message: str,
    *,
    provider: str,
    operation: str,
    code: str = "",
    request_id: str = "",
    advice: str = "",
    retry_after: float | None = None,
) -> CloudError:
    """The contract's error of that class, with its scope or its wish for a wait."""
    found = _CLASSES[becomes](
        message,
        provider=provider,
        operation=operation,
        code=code,
        request_id=request_id,
        advice=advice,
    )
    if isinstance(found, QuotaError):
        found.whole_region = becomes == "quota_region"
    if isinstance(found, CapacityError):
        found.widen("region" if becomes == "capacity_region" else "zone")
    if isinstance(found, PassingError):
        found.retry_after = retry_after
    return found


def retry_after_seconds(header: str | None) -> float | None:
    """The header `Retry-After` in seconds (RFC 9110, 10.2.3); None when it is absent or a date."""
    return float(header) if header is not None and header.isdigit() else None
