"""What an emulated API asks of the machines behind its instances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from providers.sandbox.firewall import Ingress
from providers.sandbox.machine import Seed
from providers.sandbox.network import AddressPool
from providers.sandbox.systems import Channel


class Register(Protocol):
    """What the emulated API knows of an instance and the fleet must ask or tell."""

    def rules(self, instance_id: str) -> frozenset[Ingress]:
        """The ingress rules that hold now."""
        ...

    def expects_running(self, instance_id: str) -> bool:
        """Whether the instance is one whose machine should be up."""
        ...

    def halted(self, instance_id: str) -> None:
        """The machine switched itself off."""
        ...


Done = Callable[[str], None]
"""Called when the work is done, with "" or what went wrong; from a background thread, or
before the method returns where there is no machine to wait for."""


class Images(Protocol):
    """The machine images there are."""

    def reference(self, system: str, channel: Channel) -> str:
        """The image for `system`, such as `debian-13`; what there is no image of gets
        `systems.stand_in`. Returns at once: an image is built when a machine first boots from
        it, and where it cannot be had on this computer that boot fails."""
        ...


class Hosts(Protocol):
    """Machines by the ids of their instances. `Fleet` has real ones; tests that look at an API
    alone have none. Methods return at once, except `converge_firewalls`; what concerns one
    machine happens in the order it was asked for."""

    pool: AddressPool
    """Where the emulated APIs take the addresses of their instances from."""

    @property
    def images(self) -> Images: ...

    def can_run(self, arch: str) -> bool:
        """Whether machines of that architecture (x86_64, arm64) can run here."""
        ...

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
        """Begin to boot a machine at an address of the pool. `register` is the API that made
        it; `image` the machine image to boot, the default one when empty."""
        ...

    def stop(self, instance: str, done: Done) -> None:
        """Shut a machine down; its address and disks stay."""
        ...

    def start(self, instance: str, done: Done) -> None:
        """Boot a stopped machine."""
        ...

    def reboot(self, instance: str, done: Done) -> None:
        """Boot a running machine again."""
        ...

    def remove(self, instance: str, done: Done) -> None:
        """Remove a machine with its volumes; its address goes back to the pool."""
        ...

    def console(self, instance: str) -> bytes:
        """The machine's console so far; after its end, what was kept."""
        ...

    def publish(self, instance: str, metadata: Mapping[str, str]) -> None:
        """Show a machine its metadata as they are now (see `guest.py`). Nothing happens for
        machines that have no guest agent, or that are gone."""
        ...

    def attributes(self, instance: str) -> Mapping[str, str]:
        """The guest attributes that a machine published: `namespace/key` to value."""
        ...

    def converge_firewalls(self) -> None:
        """Bring every running machine's packet filter to the rules that hold now; returns when
        they are in force."""
        ...
