"""A cloud in memory: one place of it behind the provider contract, with what tests ask about."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from providers.contract.errors import CloudError, InvalidRequestError
from providers.contract.types import (
    TAG_TOKEN,
    Abilities,
    Arch,
    CloudMachine,
    Image,
    Listing,
    MachineRequest,
    Network,
    NetworkRequest,
    Offer,
    Owner,
    Place,
    Requirement,
    Resource,
)

GIB = 1024**3


@dataclass
class FakePlace:
    """`types` are (name, cpu, family), smallest first; `refusals` say what comes of a create
    call for a type in a zone (or for any type there), one after the other."""

    place: Place
    zones: tuple[str, ...] = ("a", "b")
    types: tuple[tuple[str, int, str], ...] = (("small", 2, "s"),)
    refusals: dict[str, list[CloudError]] = field(default_factory=dict)
    network_error: CloudError | None = None
    destroy_error: CloudError | None = None
    leaves_wrecks: bool = False
    """Whether a refused create call leaves a failed machine."""
    abilities: Abilities = field(default_factory=Abilities)
    machines: dict[str, CloudMachine] = field(default_factory=dict)
    resources: list[Resource] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    networks: list[NetworkRequest] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def name(self) -> str:
        return self.place.provider

    @property
    def region(self) -> str:
        return self.place.region

    def prepare(self) -> None:
        """Nothing to load."""

    def resolve_image(self, os: str, arch: Arch) -> Image:
        return Image(f"image-{self.place}", os, arch, "cloud-init", "/dev/sda1")

    def offers(self, requirement: Requirement, zone: str | None) -> Sequence[Offer]:
        zones = self.zones if zone is None else (zone,)
        return [
            Offer(
                *self.place, zones, name, cpu, 4 * GIB, requirement.arch, requirement.market, family
            )
            for name, cpu, family in self.types
        ]

    def ensure_network(self, request: NetworkRequest) -> Network:
        if self.network_error is not None:
            raise self.network_error
        with self.lock:
            self.networks.append(request)
            names = {(r.kind, r.target) for r in self.resources}
            for kind, target in (("firewall", request.target), ("key", None)):
                if (kind, target) not in names:
                    self.resources.append(
                        Resource(
                            kind,  # type: ignore[arg-type]
                            f"{kind}-{target or ''}",
                            f"{kind}-{target or ''}",
                            *self.place,
                            target,
                            request.owner.tags,
                            request.rules if kind == "firewall" else (),
                        )
                    )
        return Network("key", "firewall", {zone: f"subnet-{zone}" for zone in self.zones})

    def ensure_machine(self, request: MachineRequest, *, deadline: float) -> CloudMachine:
        with self.lock:
            self.tokens.append(request.token)
            self.tried.append(f"{request.type} in {request.zone}")
            for spot in (f"{request.type} in {request.zone}", request.zone, "*"):
                if self.refusals.get(spot):
                    if self.leaves_wrecks:
                        self.machines[request.token] = self._machine(request, "failed")
                    raise self.refusals[spot].pop(0)
            self.machines[request.token] = self._machine(request, "running")
            return self.machines[request.token]

    def _machine(self, request: MachineRequest, state: str) -> CloudMachine:
        return CloudMachine(
            id=f"vm-{request.token}",
            name=request.name,
            target=request.target,
            provider=self.name,
            region=self.region,
            zone=request.zone,
            type=request.type,
            state=state,  # type: ignore[arg-type]
            address="192.0.2.1",
            private_address="10.0.0.1",
            token=request.token,
            created="",
            tags=request.tags,
        )

    def find_machine(self, token: str, owner: Owner) -> CloudMachine | None:
        return self.machines.get(token)

    def listing(self, owner: Owner) -> Listing:
        disks = [
            Resource("disk", f"disk-{m.token}", "", *self.place, m.target, {TAG_TOKEN: m.token})
            for m in self.machines.values()
        ]
        return Listing(tuple(self.machines.values()), (*self.resources, *disks))

    def destroy(self, resource: Resource, owner: Owner, *, deadline: float) -> None:
        if self.destroy_error is not None:
            raise self.destroy_error
        with self.lock:
            self.machines = {t: m for t, m in self.machines.items() if m.id != resource.id}
            self.resources = [r for r in self.resources if r.id != resource.id]


@dataclass
class FakeClouds:
    """Hands out its places, as `Providers` does."""

    places: dict[Place, FakePlace]

    def get(self, name: str, region: str) -> FakePlace:
        try:
            return self.places[Place(name, region)]
        except KeyError:
            raise InvalidRequestError("no such place", provider=name) from None
