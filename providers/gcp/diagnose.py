"""Everything that could stop machines from being made here, looked into without a change."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from providers.contract.errors import CloudError, InvalidRequestError
from providers.contract.findings import refused, say_requirement
from providers.contract.types import Finding, Need, Offer, Verdict
from providers.gcp import images, offers
from providers.gcp.calls import Calls
from providers.gcp.granted import Inquiry, tried
from providers.gcp.identity import Limit, sign_in
from providers.gcp.quota import check_quota
from providers.gcp.subnets import Subnet, find_subnet

WORST_SKEW = 300.0
"""Seconds by which a signed token may be off (Google, "Service account credentials")."""
NOTICED_SKEW = 60.0


@dataclass(frozen=True)
class Diagnosis:
    """One look at one region, with one need in mind."""

    calls: Calls
    need: Need

    def run(self) -> tuple[Finding, ...]:
        """Raises no CloudError. Where nobody is signed in, or the cloud cannot be reached,
        there is nothing more to ask: credentials and clock are all there is."""
        try:
            account = sign_in(self.calls)
        except CloudError as error:
            return (refused("credentials", "Google Cloud", error), self._clock())
        who = account.identity
        identity = Finding("credentials", who.principal, "ok", f"in project {who.account}")
        with ThreadPoolExecutor(max_workers=3) as pool:
            asked = pool.submit(self._image), pool.submit(self._size), pool.submit(self._network)
            image = asked[0].result()
            size, offer, seen_sizes = asked[1].result()
            network, subnet, seen_subnet = asked[2].result()
        seen = [*tried("projects.get"), *seen_sizes, *seen_subnet]
        with ThreadPoolExecutor(max_workers=2) as pool:
            limits = pool.submit(self._quota, offer, account.limits)
            id = None if subnet is None else subnet.id
            permissions = pool.submit(Inquiry(self.calls, id).run, seen)
            quota, seen_region = limits.result()
            told = [
                next((seen for seen in seen_region if seen.subject == one.subject), one)
                for one in permissions.result()
            ]
        return (identity, *told, *quota, image, size, network, self._clock())

    def _image(self) -> Finding:
        arch = self.need.requirement.arch
        subject = f"{self.need.os} for {arch}"
        try:
            image = images.resolve_image(self.calls, self.need.os, arch)
        except CloudError as error:
            return refused("image", subject, error)
        return Finding("image", subject, "ok", image.id)

    def _size(self) -> tuple[Finding, Offer | None, list[Finding]]:
        need = self.need
        subject = need.requirement.type or say_requirement(need.requirement)
        operations = ("machineTypes.aggregatedList", "zones.list")
        try:
            found = offers.survey(self.calls, need.requirement, need.zone)
        except CloudError as error:
            seen = tried(error.operation, error) if error.operation in operations else []
            return refused("size", subject, error), None, [] if _settled(error) else seen
        seen = [finding for operation in operations for finding in tried(operation)]
        if not found:
            where = need.zone or self.calls.region
            said = f"no type in {where} has so much"
            advice = "ask for less `cpu` or `memory`, or use another region"
            return Finding("size", subject, "failed", said, advice), None, seen
        offer = found[0]
        said = f"{offer.type} in {', '.join(offer.zones)}"
        return Finding("size", subject, "ok", said), offer, seen

    def _network(self) -> tuple[Finding, Subnet | None, list[Finding]]:
        subject = self.need.subnet or "the default network"
        try:
            subnet = find_subnet(self.calls, self.need.subnet)
        except CloudError as error:
            seen = [] if _settled(error) else tried("subnetworks.get", error)
            return refused("network", subject, error), None, seen
        said = f"{subnet.id} in network {subnet.network}"
        return Finding("network", subject, "ok", said), subnet, tried("subnetworks.get")

    def _quota(
        self, offer: Offer | None, project: Mapping[str, Limit]
    ) -> tuple[list[Finding], list[Finding]]:
        region = self.calls.region
        if offer is None:
            said = "it depends on the size, and none was found"
            return [Finding("quota", region, "unknown", said)], []
        try:
            found = check_quota(self.calls, self.need, offer, project)
        except CloudError as error:
            untold = Finding("quota", region, "unknown", error.message, error.advice)
            return [untold], tried("regions.get", error)
        return found, tried("regions.get")

    def _clock(self) -> Finding:
        skew = self.calls.clients.skew
        subject = "this machine's clock"
        if skew is None:
            return Finding("clock", subject, "unknown", "no answer told the time")
        said = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} Google's"
        if abs(skew) < NOTICED_SKEW:
            return Finding("clock", subject, "ok", said)
        verdict: Verdict = "warning" if abs(skew) < WORST_SKEW else "failed"
        return Finding("clock", subject, verdict, said, "set the clock, for instance by NTP")


def _settled(error: CloudError) -> bool:
    """Whether the call was allowed, and refused for what it asked."""
    return isinstance(error, InvalidRequestError)
