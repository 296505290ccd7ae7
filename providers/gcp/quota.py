"""Whether the region's and the project's quotas hold what is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from providers.contract.types import Finding, Market, Need, Offer
from providers.gcp.calls import Calls
from providers.gcp.client import CALL_SECONDS
from providers.gcp.error_table import RAISE_LIMIT
from providers.gcp.families import family_of
from providers.gcp.identity import Limit, limits

DISK_GIB = 20
"""The root disk that is reckoned with: what a target asks for is not part of a need."""

EVERYWHERE = "CPUS_ALL_REGIONS"
SPOT = "PREEMPTIBLE_CPUS"


@dataclass(frozen=True)
class Wanted:
    """So much of one metric."""

    metric: str
    amount: int


def check_quota(
    calls: Calls, need: Need, offer: Offer, project: Mapping[str, Limit]
) -> list[Finding]:
    """One finding for each quota that the need counts against. One read; raises as reads do."""

    def send() -> dict[str, Limit]:
        found = calls.clients.regions.get(
            project=calls.project, region=calls.region, retry=None, timeout=CALL_SECONDS
        )
        return limits(found.quotas)

    return judge(need, offer, calls.read("regions.get", send), project)


def judge(
    need: Need, offer: Offer, region: Mapping[str, Limit], project: Mapping[str, Limit]
) -> list[Finding]:
    """Hold the need against the limits. Pure."""
    found = [_verdict(wanted, region) for wanted in _regional(need, offer, region)]
    if EVERYWHERE in project:
        found.append(_verdict(Wanted(EVERYWHERE, offer.cpu * need.count), project))
    return found


def _regional(need: Need, offer: Offer, region: Mapping[str, Limit]) -> Iterable[Wanted]:
    yield Wanted(_cpus(offer, need.requirement.market, region), offer.cpu * need.count)
    yield Wanted("IN_USE_ADDRESSES", need.count)
    hyperdisk = family_of(offer.type).disk_type == "hyperdisk-balanced"
    # Balanced persistent disks count as SSDs ("Allocation quotas", disk quotas).
    yield Wanted("HDB_TOTAL_GB" if hyperdisk else "SSD_TOTAL_GB", DISK_GIB * need.count)


def _cpus(offer: Offer, market: Market, region: Mapping[str, Limit]) -> str:
    """Spot machines count against a quota of their own where the project has been given one,
    else against their family's ("Preemptible allocation quotas")."""
    own = region.get(SPOT)
    return SPOT if market == "spot" and own is not None and own.limit > 0 else offer.family


def _verdict(wanted: Wanted, known: Mapping[str, Limit]) -> Finding:
    limit = known.get(wanted.metric)
    if limit is None:
        return Finding(
            "quota",
            wanted.metric,
            "unknown",
            "the region does not tell this quota",
            "see IAM & Admin, Quotas & System Limits",
        )
    said = f"{limit.usage:g} in use and {wanted.amount} wanted of {limit.limit:g}"
    if limit.usage + wanted.amount <= limit.limit:
        return Finding("quota", wanted.metric, "ok", said)
    if wanted.amount <= limit.limit:
        # What is in use may be the very machines that the project has already.
        return Finding("quota", wanted.metric, "warning", said, RAISE_LIMIT)
    return Finding("quota", wanted.metric, "failed", said, RAISE_LIMIT)
