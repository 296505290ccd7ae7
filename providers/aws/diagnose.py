"""Everything that could stop machines from being made here, looked into without a change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from providers.aws import images, offers, quota
from providers.aws.calls import Calls
from providers.aws.dry_run import PROBE, Launch, try_every_call
from providers.aws.error_table import RAISE_LIMIT
from providers.aws.run_request import run_request
from providers.aws.signing_in import sign_in
from providers.aws.subnets import Subnets, find_subnets
from providers.contract.errors import AuthError, CloudError
from providers.contract.findings import refused, say_requirement
from providers.contract.types import Finding, Image, MachineRequest, Need, Offer

DISK_GIB = 20
"""The root disk in the dry run of RunInstances; no volume is made."""


@dataclass(frozen=True)
class Seen:
    """What was found of the three things that a machine needs, as far as it was."""

    offer: Offer | None
    image: Image | None
    subnets: Subnets | None


@dataclass(frozen=True)
class Diagnosis:
    """One look at one region, with one need in mind."""

    calls: Calls
    region: str
    need: Need

    def run(self) -> tuple[Finding, ...]:
        """Raises no CloudError. Where nobody is signed in, or the cloud cannot be reached,
        there is nothing more to ask: credentials and clock are all there is."""
        identity, clock, usable = sign_in(self.calls)
        if not usable:
            return (identity, clock)
        with ThreadPoolExecutor(max_workers=3) as pool:
            asked = pool.submit(self._image), pool.submit(self._size), pool.submit(self._network)
            (image, resolved), (size, offer), (network, subnets) = (
                asked[0].result(),
                asked[1].result(),
                asked[2].result(),
            )
        seen = Seen(offer, resolved, subnets)
        with ThreadPoolExecutor(max_workers=2) as pool:
            permissions = pool.submit(try_every_call, self.calls, self._launch(seen))
            limits = pool.submit(self._quota, offer)
            return (
                identity,
                *permissions.result(),
                limits.result(),
                image,
                size,
                network,
                clock,
            )

    def _image(self) -> tuple[Finding, Image | None]:
        """The image; the permission for SSM, which has no dry run, shows by it too."""
        arch = self.need.requirement.arch
        subject = f"{self.need.os} for {arch}"
        try:
            image = images.resolve_image(self.calls, self.need.os, arch)
        except AuthError as error:
            if error.operation == "GetParameter":
                error.advice = "grant ssm:GetParameter: docs/permissions.md has the policy"
            return refused("image", subject, error), None
        except CloudError as error:
            return refused("image", subject, error), None
        return Finding("image", subject, "ok", image.id), image

    def _size(self) -> tuple[Finding, Offer | None]:
        need = self.need
        subject = need.requirement.type or say_requirement(need.requirement)
        try:
            found = offers.survey(self.calls, self.region, need.requirement, need.zone)
        except CloudError as error:
            return refused("size", subject, error), None
        if not found:
            return (
                Finding(
                    "size",
                    subject,
                    "failed",
                    f"no type in {need.zone or self.region} has so much",
                    "ask for less `cpu` or `memory`, or use another region",
                ),
                None,
            )
        offer = found[0]
        return Finding("size", subject, "ok", f"{offer.type} in {', '.join(offer.zones)}"), offer

    def _network(self) -> tuple[Finding, Subnets | None]:
        subject = self.need.subnet or "the default VPC's subnets"
        try:
            subnets = find_subnets(self.calls, self.need.subnet)
        except CloudError as error:
            return refused("network", subject, error), None
        zones = tuple(subnets.by_zone)
        if self.need.zone is not None and self.need.zone not in zones:
            said = f"no subnet in {self.need.zone}; there is one in {', '.join(zones)}"
            return Finding("network", subject, "failed", said, "change `zone` or `subnet`"), None
        return Finding("network", subject, "ok", f"in {', '.join(zones)}"), subnets

    def _quota(self, offer: Offer | None) -> Finding:
        requirement = self.need.requirement
        counted = (
            offer.family
            if offer is not None
            else quota.family(requirement.type or "", requirement.market)
        )
        subject = f"vCPUs of {counted} instances"
        code = quota.CODES.get(counted)
        if code is None:
            return Finding("quota", subject, "unknown", "Longshore does not know this quota's code")
        try:
            allowed = quota.limit(self.calls, code)
            used = quota.in_use(self.calls, counted)
        except AuthError as error:
            grant = "grant servicequotas:GetServiceQuota to have it checked"
            return Finding("quota", subject, "unknown", error.message, grant)
        except CloudError as error:
            return Finding("quota", subject, "unknown", f"AWS does not tell: {error.message}")
        wanted = (offer.cpu if offer is not None else requirement.cpu or 0) * self.need.count
        said = f"{used} in use and {wanted} wanted of {allowed} ({code})"
        if used + wanted <= allowed:
            return Finding("quota", subject, "ok", said)
        if wanted <= allowed:
            # What is in use may be the very machines that the project has already.
            return Finding("quota", subject, "warning", said, RAISE_LIMIT)
        return Finding("quota", subject, "failed", said, RAISE_LIMIT)

    def _launch(self, seen: Seen) -> Launch:
        vpc = None if seen.subnets is None else seen.subnets.vpc
        if seen.offer is None or seen.image is None or seen.subnets is None:
            return Launch(None, vpc)
        shared = [zone for zone in seen.offer.zones if zone in seen.subnets.by_zone]
        if not shared:
            return Launch(None, vpc)
        zone = shared[0]
        run = run_request(
            MachineRequest(
                token="",
                name=PROBE.project,
                owner=PROBE,
                target=PROBE.project,
                region=self.region,
                zone=zone,
                type=seen.offer.type,
                image=seen.image,
                disk_gib=DISK_GIB,
                market=self.need.requirement.market,
                key="",
                firewall="",
                subnet=seen.subnets.by_zone[zone],
                tags={},
                user_data=b"",
            )
        )
        # Key and group are made by the run that makes the machine; the token is its own.
        del run["KeyName"], run["ClientToken"], run["NetworkInterfaces"][0]["Groups"]
        return Launch(run, vpc)
