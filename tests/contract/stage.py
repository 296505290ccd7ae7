"""What most conformance tests begin with: an owner of their own, a network, requests."""

from __future__ import annotations

import base64
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from providers.contract.provider import Provider
from providers.contract.retry import Retry
from providers.contract.types import (
    Image,
    Listing,
    MachineRequest,
    Market,
    Network,
    NetworkRequest,
    Owner,
    PortRule,
    Resource,
    ResourceKind,
)
from tests.contract.emulators import Emulator

SSH = PortRule(22, "tcp", "203.0.113.4/32", "ssh: tester@laptop")
WEB = PortRule(80, "tcp", "0.0.0.0/0")
DEADLINE = 120.0
ORDER: tuple[ResourceKind, ...] = (
    "machine",
    "disk",
    "interface",
    "address",
    "firewall",
    "key",
    "group",
)


def new_public_key() -> str:
    """An Ed25519 public key in OpenSSH form; nobody has its other half."""
    kind = b"ssh-ed25519"
    blob = len(kind).to_bytes(4, "big") + kind + (32).to_bytes(4, "big") + os.urandom(32)
    return f"ssh-ed25519 {base64.b64encode(blob).decode()} tester"


@dataclass
class Stage:
    """One test's corner of the cloud."""

    emulator: Emulator
    provider: Provider
    owner: Owner
    retries: list[Retry]
    public_key: str = field(default_factory=new_public_key)

    def another_process(self) -> Provider:
        """A provider with nothing in memory, as after a crash."""
        return self.emulator.provider(self.retries.append)

    def network_request(self, *rules: PortRule, target: str = "us") -> NetworkRequest:
        return NetworkRequest(self.owner, target, None, self.public_key, rules or (SSH, WEB))

    def network(self) -> Network:
        return self.provider.ensure_network(self.network_request())

    def image(self) -> Image:
        return self.provider.resolve_image("debian-12", "x86_64")

    def request(
        self,
        name: str = "us-1",
        *,
        network: Network | None = None,
        image: Image | None = None,
        zone: str | None = None,
        market: Market = "on-demand",
    ) -> MachineRequest:
        network = network or self.network()
        zone = zone or sorted(network.subnets)[0]
        return MachineRequest(
            token=uuid.uuid4().hex,
            name=name,
            owner=self.owner,
            target="us",
            region=self.emulator.region,
            zone=zone,
            type=self.emulator.small_type,
            image=image or self.image(),
            disk_gib=20,
            market=market,
            key=network.key,
            firewall=network.firewall,
            subnet=network.subnets[zone],
            tags={"longshore-hostkey": "a" * 52},
            user_data=b"#cloud-config\n{}\n",
        )

    def with_new_token(self, request: MachineRequest) -> MachineRequest:
        return replace(request, token=uuid.uuid4().hex)

    def listing(self) -> Listing:
        return self.provider.listing(self.owner)

    def one(self, kind: ResourceKind) -> Resource:
        found = [resource for resource in self.listing().resources if resource.kind == kind]
        assert len(found) == 1, found
        return found[0]

    def count(self, what: Callable[[], object]) -> list[str]:
        """The API calls that `what` makes."""
        before = len(self.emulator.calls())
        what()
        return self.emulator.calls()[before:]

    def changes(self, what: Callable[[], object]) -> list[str]:
        """The API calls of `what` that change something."""
        before = len(self.emulator.changes())
        what()
        return self.emulator.changes()[before:]

    def clear(self) -> None:
        """Remove everything, in order; nothing may be left."""
        for resource in sorted(self.listing().resources, key=lambda r: ORDER.index(r.kind)):
            self.provider.destroy(resource, self.owner, deadline=DEADLINE)
        assert self.listing() == Listing((), ())
