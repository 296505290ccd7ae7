"""Everything that could stop machines from being made here, looked into without a change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from providers.azure import identity, images, lists, offers
from providers.azure.calls import Calls
from providers.azure.error_table import REGISTER
from providers.azure.permission_check import check_permissions
from providers.azure.quota import check_quota
from providers.azure.sizes import Sizes
from providers.azure.subnets import find_named
from providers.contract.errors import CloudError, TransientError
from providers.contract.findings import refused, say_requirement
from providers.contract.types import Finding, Need, Offer

NAMESPACES = ("Microsoft.Compute", "Microsoft.Network")
"""Resource providers that a subscription has to be registered with, once."""


def diagnose(calls: Calls, sizes: Sizes, need: Need) -> tuple[Finding, ...]:
    """Raises no CloudError. Where nobody is signed in, or Azure cannot be reached, there is
    nothing more to ask: the credentials' finding is all there is."""
    return _Diagnosis(calls, sizes, need).run()


@dataclass(frozen=True)
class _Diagnosis:
    calls: Calls
    sizes: Sizes
    need: Need

    def run(self) -> tuple[Finding, ...]:
        signed_in = self._credentials()
        if signed_in.verdict != "ok":
            return (signed_in,)
        with ThreadPoolExecutor(max_workers=7) as pool:
            permissions = pool.submit(check_permissions, self.calls)
            seen = pool.submit(self._reading)
            registered = [pool.submit(self._registered, name) for name in NAMESPACES]
            image = pool.submit(self._image)
            network = pool.submit(self._network)
            size, offer = self._size()
            quota = check_quota(self.calls, self.need, offer)
            allowed, clock = permissions.result()
            return (
                signed_in,
                *allowed,
                seen.result(),
                *(one.result() for one in registered),
                *quota,
                image.result(),
                size,
                network.result(),
                clock,
            )

    def _credentials(self) -> Finding:
        subject = "azure-identity"
        try:
            who = identity.preflight(self.calls)
        except TransientError as error:
            said = f"Azure cannot be reached: {error.message}"
            return Finding("credentials", subject, "unknown", said, error.advice)
        except CloudError as error:
            said = f"{error.code}: {error.message}" if error.code else error.message
            return Finding("credentials", subject, "failed", said, error.advice)
        name = who.principal or "a token without a name"
        return Finding("credentials", subject, "ok", f"{name} (subscription {who.account})")

    def _reading(self) -> Finding:
        """The one call that is tried: what a role allows, a deny assignment may still forbid."""
        subject = "reading the machines"
        try:
            found = lists.machines(self.calls)
        except CloudError as error:
            return refused("permission", subject, error)
        return Finding("permission", subject, "ok", f"{len(found)} in {self.calls.region}")

    def _registered(self, namespace: str) -> Finding:
        subject = f"{namespace} registered"
        try:
            found = self.calls.read(
                "providers.get", lambda: self.calls.clients.resources.providers.get(namespace)
            )
        except CloudError as error:
            return Finding("permission", subject, "unknown", error.message, error.advice)
        state = found.registration_state or ""
        if state.lower() == "registered":
            return Finding("permission", subject, "ok", "registered")
        return Finding("permission", subject, "failed", f"the subscription is {state}", REGISTER)

    def _image(self) -> Finding:
        arch = self.need.requirement.arch
        subject = f"{self.need.os} for {arch}"
        try:
            image = images.resolve_image(self.calls, self.need.os, arch)
        except CloudError as error:
            return refused("image", subject, error)
        if images.parse_urn(image.id).plan:
            return Finding(
                "image",
                subject,
                "warning",
                f"{image.id} is sold by a plan, whose terms have to be accepted",
                images.terms_advice(image.id),
            )
        return Finding("image", subject, "ok", image.id)

    def _size(self) -> tuple[Finding, Offer | None]:
        wanted = self.need.requirement
        subject = wanted.type or say_requirement(wanted)
        try:
            found = offers.survey(self.sizes, self.calls.region, wanted, self.need.zone)
        except CloudError as error:
            return refused("size", subject, error), None
        if not found:
            place = self.need.zone or self.calls.region
            advice = "ask for less `cpu` or `memory`, or use another region"
            said = f"no size in {place} has so much"
            return Finding("size", subject, "failed", said, advice), None
        offer = found[0]
        return Finding("size", subject, "ok", f"{offer.type} in {', '.join(offer.zones)}"), offer

    def _network(self) -> Finding:
        if self.need.subnet is None:
            return Finding("network", "a virtual network of our own", "ok", "made when needed")
        try:
            id = find_named(self.calls, self.need.subnet)
        except CloudError as error:
            return refused("network", self.need.subnet, error)
        return Finding("network", self.need.subnet, "ok", id)
