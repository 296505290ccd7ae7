"""What the judges overlook, and why; for both of them no longer than ten lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.judges.traffic import Violation

LONGEST = 10


@dataclass(frozen=True)
class Allowed:
    """Violations of `service` whose place and words match these patterns."""

    service: str
    place: str
    what: str
    why: str

    def covers(self, violation: Violation) -> bool:
        return (
            violation.service == self.service
            and fnmatchcase(violation.place, self.place)
            and fnmatchcase(violation.what, self.what)
        )


ALLOWED = (
    Allowed("gce", "*?returnPartialSuccess", "unknown parameter", "gcloud sends what is gone"),
    Allowed("gce", "*[?]*", "not a boolean but '[TF]*'", "gcloud writes them as Python does"),
    # The next six are APIs whose models lie in packages that nothing here needs.
    Allowed("arm", "GET metadata", "no model", "no package has one; az asks"),
    Allowed("arm", "GET subscriptions", "no model", "azure-mgmt-resource-subscriptions"),
    Allowed("arm", "GET subscriptions/locations", "no model", "the same"),
    Allowed("arm", "*/Microsoft.Resources/deployments*", "no model", "...-deployments; az asks"),
    Allowed("arm", "*/Microsoft.MarketplaceOrdering/*", "no model", "...-marketplaceordering"),
    Allowed("arm", "*/Microsoft.Authorization/permissions", "no model", "...-authorization"),
)


def not_allowed(violations: Iterable[Violation]) -> list[Violation]:
    """What is left of them, each once, in order."""
    return sorted({one for one in violations if not any(entry.covers(one) for entry in ALLOWED)})
