"""Machines on paper: everything an emulated API asks of its hosts, at once and in memory."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field

from providers.sandbox.firewall import Ingress
from providers.sandbox.hosts import Done, Register
from providers.sandbox.machine import Seed
from providers.sandbox.network import AddressPool
from providers.sandbox.systems import Channel


class PaperImages:
    """Names of images that nobody builds."""

    def reference(self, system: str, channel: Channel) -> str:
        return f"{system}/{channel}"


@dataclass
class PaperMachine:
    """One machine as it was asked for. `rules` are those of the last convergence."""

    address: str
    seed: Seed
    register: Register
    image: str
    rules: frozenset[Ingress] = frozenset()
    metadata: Mapping[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass
class PaperHosts:
    """Fulfils `providers.sandbox.hosts.Hosts`. With `held`, work that is asked for ends only
    when `go_on` is called; `problem` is what goes wrong with it."""

    arches: tuple[str, ...] = ("x86_64", "arm64")
    held: bool = False
    problem: str = ""
    images: PaperImages = field(default_factory=PaperImages)
    pool: AddressPool = field(
        default_factory=lambda: AddressPool(ipaddress.IPv4Network("10.200.0.0/20"), "10.200.0.1")
    )
    machines: dict[str, PaperMachine] = field(default_factory=dict)
    waiting: list[Done] = field(default_factory=list)

    def can_run(self, arch: str) -> bool:
        return arch in self.arches

    def boot(
        self,
        instance: str,
        address: str,
        seed: Seed,
        done: Done,
        *,
        register: Register,
        image: str = "",
    ) -> None:
        self.machines[instance] = PaperMachine(address, seed, register, image)
        self.publish(instance, seed.metadata or {})
        self._end(done)

    def stop(self, instance: str, done: Done) -> None:
        self._end(done)

    def start(self, instance: str, done: Done) -> None:
        self._end(done)

    def reboot(self, instance: str, done: Done) -> None:
        self._end(done)

    def remove(self, instance: str, done: Done) -> None:
        machine = self.machines.pop(instance, None)
        if machine is not None:
            self.pool.give_back(machine.address)
        self._end(done)

    def console(self, instance: str) -> bytes:
        return f"console of {instance}\n".encode()

    def publish(self, instance: str, metadata: Mapping[str, str]) -> None:
        if instance in self.machines:
            self.machines[instance].metadata = dict(metadata)

    def attributes(self, instance: str) -> Mapping[str, str]:
        machine = self.machines.get(instance)
        return dict(machine.attributes) if machine else {}

    def converge_firewalls(self) -> None:
        for name, machine in list(self.machines.items()):
            machine.rules = machine.register.rules(name)

    def go_on(self) -> None:
        """Let the work that was asked for end."""
        waiting, self.waiting = self.waiting, []
        for done in waiting:
            done(self.problem)

    def _end(self, done: Done) -> None:
        if self.held:
            self.waiting.append(done)
        else:
            done(self.problem)
