"""Who the credentials say we are, and what the project as a whole may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.contract.types import Identity
from providers.gcp.calls import Calls
from providers.gcp.client import CALL_SECONDS
from providers.gcp.errors import PROVIDER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from google.auth.credentials import Credentials
    from google.cloud.compute_v1.types import compute


@dataclass(frozen=True)
class Limit:
    """One quota: how much there may be, and how much there is."""

    limit: float
    usage: float


@dataclass(frozen=True)
class Account:
    """The project and who works in it."""

    identity: Identity
    limits: Mapping[str, Limit]
    """By metric, those of the whole project."""


def sign_in(calls: Calls) -> Account:
    """One read of the project. Raises AuthError, with what to do, when that is refused."""

    def send() -> Account:
        clients = calls.clients
        found = clients.projects.get(project=calls.project, retry=None, timeout=CALL_SECONDS)
        identity = Identity(
            provider=PROVIDER,
            account=found.name or calls.project,
            principal=_principal(clients.credentials),
        )
        return Account(identity, limits(found.quotas))

    return calls.read("projects.get", send)


def limits(quotas: Iterable[compute.Quota]) -> dict[str, Limit]:
    """Quotas by metric."""
    return {quota.metric: Limit(quota.limit, quota.usage) for quota in quotas}


def _principal(credentials: Credentials) -> str:
    """What the credentials know of themselves; a person's sign-in knows no name of its own."""
    for attribute in ("service_account_email", "signer_email", "account"):
        known = getattr(credentials, attribute, None)
        if isinstance(known, str) and known:
            return known
    return "application default credentials"
