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
    REMOVAL_ORDER,
    Arch,
    CloudMachine,
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
from tests.contract.emulators import Emulator, Facts, Verb

SSH = PortRule(22, "tcp", "203.0.113.4/32", "ssh: tester@laptop")
WEB = PortRule(80, "tcp", "0.0.0.0/0")
DEADLINE = 120.0
"""Seconds for one machine of an emulator to be made or removed."""
LIVE_DEADLINE = 900.0
"""The same for a real cloud's."""


def new_public_key() -> str:
    """An Ed25519 public key in OpenSSH form; nobody has its other half."""
    kind = b"ssh-ed25519"
    blob = len(kind).to_bytes(4, "big") + kind + (32).to_bytes(4, "big") + os.urandom(32)
    return f"ssh-ed25519 {base64.b64encode(blob).decode()} tester"


def new_token(name: str) -> str:
    """As the orchestrator makes it."""
    return f"{name}-{uuid.uuid4().hex[:20]}"


def in_order(resources: tuple[Resource, ...]) -> list[Resource]:
    """What can go first, first."""
    return sorted(resources, key=lambda resource: REMOVAL_ORDER.index(resource.kind))


@dataclass
class Stage:
    """One test's corner of the cloud."""

    emulator: Emulator
    provider: Provider
    owner: Owner
    retries: list[Retry]
    public_key: str = field(default_factory=new_public_key)
    tokens: list[str] = field(default_factory=list)
    """Of every request made here: there are never more machines."""

    @property
    def facts(self) -> Facts:
        return self.emulator.facts

    @property
    def deadline(self) -> float:
        return LIVE_DEADLINE if hasattr(self.emulator, "minutes") else DEADLINE

    def another_process(self) -> Provider:
        """A provider with nothing in memory, as after a crash."""
        return self.emulator.provider(self.retries.append)

    def network_request(self, *rules: PortRule, target: str = "us") -> NetworkRequest:
        return NetworkRequest(self.owner, target, None, self.public_key, rules or (SSH, WEB))

    def network(self) -> Network:
        return self.provider.ensure_network(self.network_request())

    def image(self) -> Image:
        system, arch = self.facts.images[0]
        return self.provider.resolve_image(system, arch)

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
        self.tokens.append(new_token(name))
        return MachineRequest(
            token=self.tokens[-1],
            name=name,
            owner=self.owner,
            target="us",
            region=self.facts.region,
            zone=zone,
            type=self.facts.small_type,
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
        self.tokens.append(new_token(request.name))
        return replace(request, token=self.tokens[-1])

    def machine(self, request: MachineRequest | None = None) -> CloudMachine:
        return self.provider.ensure_machine(request or self.request(), deadline=self.deadline)

    def destroy(self, resource: Resource) -> None:
        self.provider.destroy(resource, self.owner, deadline=self.deadline)

    def listing(self) -> Listing:
        return self.provider.listing(self.owner)

    def kinds(self) -> tuple[ResourceKind, ...]:
        """What is listed, sorted."""
        return tuple(sorted(resource.kind for resource in self.listing().resources))

    def some(self, kind: ResourceKind) -> list[Resource]:
        return [resource for resource in self.listing().resources if resource.kind == kind]

    def one(self, kind: ResourceKind) -> Resource:
        found = self.some(kind)
        assert len(found) == 1, found
        return found[0]

    def firewalls(self) -> dict[str | None, set[PortRule]]:
        """The rules that stand, by target. Some clouds have a resource for each rule."""
        found: dict[str | None, set[PortRule]] = {}
        for resource in self.some("firewall"):
            found.setdefault(resource.target, set()).update(resource.rules)
        return found

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

    def times(self, verb: Verb, what: Callable[[], object]) -> int:
        """How often `what` makes the call."""
        return self.count(what).count(self.facts.verbs[verb])

    def clear(self) -> None:
        """Remove everything, in order; nothing may be left."""
        for resource in in_order(self.listing().resources):
            self.destroy(resource)
        assert self.listing() == Listing((), ())


def other_arch(arch: Arch) -> Arch:
    return "arm64" if arch == "x86_64" else "x86_64"
