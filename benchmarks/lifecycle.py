"""Machines made and removed on each cloud, through its adapter: seconds and API calls.

Apart from the other measures, which are whole commands: here one call of the contract makes
the machine, and it counts as there when SSH has been answered with the host key it must show.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks.commands import BenchmarkFailed
from benchmarks.traffic import Traffic
from orchestrator.machines.connection import Connection, Endpoint
from orchestrator.machines.endpoint import Login
from orchestrator.machines.hostkeys import fingerprint
from orchestrator.machines.keys import authorized_key, project_key
from orchestrator.machines.patience import AUTH_PATIENCE
from orchestrator.operations.choices import Spot
from orchestrator.operations.fleet import SSH_USER
from orchestrator.operations.ground import Ground
from orchestrator.operations.machine_request import new_request
from orchestrator.spec.model import Size, Target
from providers.contract.provider import Provider, provider_factory
from providers.contract.resources import machine_resource
from providers.contract.retry import ignore_retry
from providers.contract.types import (
    REMOVAL_ORDER,
    TAG_HOST_KEY,
    CloudMachine,
    NetworkRequest,
    Owner,
    PortRule,
    ProviderSettings,
    Requirement,
)
from providers.contract.waiting import Deadline

DEADLINE = 300.0
TARGET = "bench"
GIB = 1024**3
REGIONS = {"aws": "us-east-1", "gcp": "europe-west1", "azure": "southeastasia"}
EVERYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class Life:
    """One round with so many machines: seconds, and API calls by operation, from the create
    call of the first to SSH on the last, and from there until all are gone."""

    to_ssh: float
    to_gone: float
    create_calls: Mapping[str, int]
    destroy_calls: Mapping[str, int]


class Lifecycle:
    """Rounds of machines on one cloud of the sandbox that `environment` leads to."""

    def __init__(self, cloud: str, environment: Mapping[str, str], traffic: Traffic) -> None:
        upper = cloud.upper()
        settings = ProviderSettings(
            cloud,
            endpoint=environment.get(f"LONGSHORE_{upper}_ENDPOINT"),
            ca=environment.get(f"LONGSHORE_{upper}_CA"),
        )
        self._cloud = cloud
        self._traffic = traffic
        self._provider: Provider = provider_factory(cloud)(settings, REGIONS[cloud], ignore_retry)
        self._owner = Owner(f"b{uuid.uuid4().hex[:8]}", "bench")
        self._login = Login(project_key(self._owner.project, environment))
        self._provider.prepare()

    def round(self, count: int) -> Life:
        """Make `count` machines side by side, reach each over SSH, and remove them. Key and
        firewall stand before the time begins and go after it ended."""
        target = Target(TARGET, self._cloud, REGIONS[self._cloud], Size(cpu=2, memory=4 * GIB))
        ground = self._ground(target)
        self._traffic.begin()
        try:
            with ThreadPoolExecutor(count) as pool:
                began = time.perf_counter()
                made = list(
                    pool.map(lambda n: self._make(f"{TARGET}-{n}", target, ground), range(count))
                )
                to_ssh = time.perf_counter() - began
                create = self._traffic.calls()
                self._traffic.begin()
                began = time.perf_counter()
                list(pool.map(self._remove, made))
                to_gone = time.perf_counter() - began
            return Life(to_ssh, to_gone, create, self._traffic.calls())
        finally:
            self.clear()

    def clear(self) -> None:
        """Remove all that is left, in order."""
        found = self._provider.listing(self._owner).resources
        for resource in sorted(found, key=lambda each: REMOVAL_ORDER.index(each.kind)):
            self._provider.destroy(resource, self._owner, deadline=DEADLINE)

    def _ground(self, target: Target) -> Ground:
        size = target.size
        need = Requirement(size.cpu, size.memory, size.type, target.arch, target.market)
        offers = tuple(self._provider.offers(need, None))
        image = self._provider.resolve_image(target.os, target.arch)
        rules = (PortRule(22, "tcp", EVERYWHERE, "ssh"),)
        request = NetworkRequest(self._owner, TARGET, None, authorized_key(self._login), rules)
        return Ground(self._provider.ensure_network(request), image, offers)

    def _make(self, name: str, target: Target, ground: Ground) -> CloudMachine:
        offer = ground.offers[0]
        zone = next(zone for zone in offer.zones if zone in ground.network.subnets)
        spot = Spot(offer, zone, ground.network.subnets[zone])
        public = authorized_key(self._login)
        request = new_request(name, target, self._owner, public, ground, spot)
        machine = self._provider.ensure_machine(request, deadline=DEADLINE)
        pin = request.tags.get(TAG_HOST_KEY) or self._published(machine)
        Connection.open(
            Endpoint(machine.address or "", 22, SSH_USER, name),
            self._login,
            frozenset({pin}),
            deadline=DEADLINE,
            auth_patience=AUTH_PATIENCE,
        ).close()
        return machine

    def _published(self, machine: CloudMachine) -> str:
        """The key that the machine made itself, asked for in the rhythm of `longshore up`."""
        for _ in Deadline.after(DEADLINE).polls(time.sleep):
            for line in self._provider.host_keys(machine):
                if line.startswith("ssh-ed25519 "):
                    return fingerprint(line)
        raise BenchmarkFailed(f"{machine.name} published no host key")

    def _remove(self, machine: CloudMachine) -> None:
        self._provider.destroy(machine_resource(machine), self._owner, deadline=DEADLINE)
