"""Whether the caller may make each call: what Azure says of its roles, without trying one.

Azure answers with the sum of the caller's roles at a scope, as patterns such as
`Microsoft.Compute/*/read`, with exceptions. Deny assignments and policies do not show there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase

from providers.azure.calls import Calls
from providers.azure.permissions import OF_THE_SUBSCRIPTION, OWN_GROUP_ONLY, PERMISSIONS
from providers.contract.errors import CloudError
from providers.contract.types import Finding, Verdict

OPERATION = "permissions.list"
API_VERSION = "2022-04-01"
GRANT = "grant it with the role in docs/permissions.md"

TOLERATED = 60.0
"""Seconds; the header counts whole ones, and an answer takes some time."""
ALLOWED = 300.0
"""Seconds by which Azure lets a token's time be off."""
SET_CLOCK = "set this machine's clock: `timedatectl set-ntp true`, or your system's way"


@dataclass(frozen=True)
class Role:
    """Patterns of what is allowed, and of what is not after all."""

    actions: tuple[str, ...]
    not_actions: tuple[str, ...]

    def allows(self, action: str) -> bool:
        return _any(action, self.actions) and not _any(action, self.not_actions)


@dataclass(frozen=True)
class Rights:
    """The caller's roles at a scope, and how far our clock was ahead of the answer's."""

    roles: tuple[Role, ...]
    ahead: float | None

    def allows(self, action: str) -> bool:
        """One role that allows it is enough: another one's exception takes nothing away."""
        return any(role.allows(action) for role in self.roles)


def check_permissions(calls: Calls) -> tuple[list[Finding], Finding]:
    """A finding for each action that our calls need, and one on the clock. Two reads where a
    group is named, else one. Raises no CloudError."""
    whole = f"/subscriptions/{calls.clients.subscription}"
    group = calls.group
    try:
        subscription = rights(calls, whole)
        inside = subscription if group is None else rights(calls, f"{whole}/resourceGroups/{group}")
    except CloudError as error:
        unknown = Finding(
            "permission", "all calls", "unknown", f"Azure does not tell: {error.message}", GRANT
        )
        return [unknown], Finding("clock", "this machine", "unknown", "Azure did not tell the time")
    found = []
    for action in needed(_ours(calls, OF_THE_SUBSCRIPTION)):
        found.append(_finding(action, subscription.allows(action), "the subscription"))
    place = "the subscription" if group is None else f"resource group {group}"
    for action in needed(_ours(calls, frozenset(PERMISSIONS) - OF_THE_SUBSCRIPTION)):
        found.append(_finding(action, inside.allows(action), place))
    return found, _clock(subscription.ahead)


def needed(operations: Iterable[str]) -> list[str]:
    """The actions of these operations, each once."""
    return sorted({action for operation in operations for action in PERMISSIONS[operation]})


def rights(calls: Calls, scope: str) -> Rights:
    """The caller's roles at a scope."""

    def send() -> Rights:
        from azure.core.exceptions import HttpResponseError
        from azure.core.rest import HttpRequest
        from azure.mgmt.core.exceptions import ARMErrorFormat

        url = f"{calls.clients.endpoint}{scope}/providers/Microsoft.Authorization/permissions"
        roles: list[Role] = []
        ahead: float | None = None
        query: dict[str, str] | None = {"api-version": API_VERSION}
        while url:
            answer = calls.clients.resources.send_request(HttpRequest("GET", url, params=query))
            if answer.status_code >= 400:
                raise HttpResponseError(response=answer, error_format=ARMErrorFormat)
            ahead = _ahead(answer.headers.get("Date"))
            body = answer.json()
            roles.extend(_role(one) for one in body.get("value", []))
            url, query = body.get("nextLink") or "", None
        return Rights(tuple(roles), ahead)

    return calls.read(OPERATION, send)


def _ours(calls: Calls, operations: frozenset[str]) -> frozenset[str]:
    return operations - OWN_GROUP_ONLY if calls.group is not None else operations


def _role(found: Mapping[str, Sequence[str]]) -> Role:
    return Role(tuple(found.get("actions") or ()), tuple(found.get("notActions") or ()))


def _any(action: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)


def _finding(action: str, allowed: bool, place: str) -> Finding:
    if allowed:
        return Finding("permission", action, "ok", "allowed")
    return Finding("permission", action, "failed", f"not allowed in {place}", GRANT)


def _ahead(date: str | None) -> float | None:
    if date is None:
        return None
    try:
        told = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (datetime.now(UTC) - told.astimezone(UTC)).total_seconds()


def _clock(ahead: float | None) -> Finding:
    if ahead is None:
        return Finding("clock", "this machine", "unknown", "Azure did not tell the time")
    if abs(ahead) <= TOLERATED:
        return Finding("clock", "this machine", "ok", f"within {TOLERATED:.0f} s of Azure")
    verdict: Verdict = "warning" if abs(ahead) < ALLOWED else "failed"
    off = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} Azure"
    return Finding("clock", "this machine", verdict, off, SET_CLOCK)
