"""What the subscription may have in the region, what it has, and what is wanted more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from providers.azure.calls import Calls
from providers.azure.error_table import RAISE_LIMIT
from providers.contract.errors import CloudError
from providers.contract.types import Finding, Need, Offer

REGION = "cores"
"""All vCPUs of a region together; spot machines count in their own instead."""
SPOT = "lowPriorityCores"
ADDRESSES = ("StandardSkuPublicIpAddresses", "IPv4StandardSkuPublicIpAddresses")
"""Either may be what is used up. `PublicIPAddresses` counts those of the old Basic kind."""


@dataclass(frozen=True)
class Usage:
    """One thing that is counted."""

    title: str
    used: int
    limit: int

    def finding(self, wanted: int) -> Finding:
        said = f"{self.used} in use and {wanted} wanted of {self.limit}"
        if self.used + wanted <= self.limit:
            return Finding("quota", self.title, "ok", said)
        # What is in use may be the very machines that the project has already.
        verdict = "warning" if wanted <= self.limit else "failed"
        return Finding("quota", self.title, verdict, said, RAISE_LIMIT)  # type: ignore[arg-type]


def check_quota(calls: Calls, need: Need, offer: Offer | None) -> list[Finding]:
    """Findings on vCPUs (of the family, and of the region or spot) and public addresses. Two
    reads. Raises no CloudError."""
    try:
        machines, network = _of_compute(calls), _of_network(calls)
    except CloudError as error:
        said = f"Azure does not tell: {error.message}"
        return [Finding("quota", f"vCPUs in {calls.region}", "unknown", said)]
    cpu = offer.cpu if offer is not None else need.requirement.cpu or 0
    spot = need.requirement.market == "spot"
    kinds = [SPOT] if spot else [REGION, *([offer.family] if offer is not None else [])]
    return [
        *_findings(machines, kinds, cpu * need.count),
        *_findings(network, ADDRESSES, need.count),
    ]


def _findings(found: Mapping[str, Usage], names: Iterable[str], wanted: int) -> list[Finding]:
    return [found[name.lower()].finding(wanted) for name in names if name.lower() in found]


def _of_compute(calls: Calls) -> dict[str, Usage]:
    return calls.read(
        "usages.list",
        lambda: {
            (one.name.value or "").lower(): Usage(
                one.name.localized_value or one.name.value or "", one.current_value, one.limit
            )
            for one in calls.clients.compute.usage.list(calls.region)
        },
    )


def _of_network(calls: Calls) -> dict[str, Usage]:
    return calls.read(
        "networkUsages.list",
        lambda: {
            (one.name.value or "").lower(): Usage(
                one.name.localized_value or one.name.value or "", one.current_value, one.limit
            )
            for one in calls.clients.network.usages.list(calls.region)
        },
    )
