"""One bridge network for one sandbox, and the addresses on it."""

from __future__ import annotations

import ipaddress
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from providers.sandbox.errors import SandboxError
from providers.sandbox.labels import SANDBOX

if TYPE_CHECKING:
    import docker

SUBNET_ATTEMPTS = 5  # another program may take the subnet between Docker's choice and ours
FIRST_HOST = 10  # addresses below are left to the bridge


def network_name(sandbox: str) -> str:
    """The Docker network of a sandbox."""
    return f"longshore-sandbox-{sandbox}"


@dataclass
class AddressPool:
    """Addresses of the bridge. One is given again only after all others were."""

    subnet: ipaddress.IPv4Network
    gateway: str
    _next: int = FIRST_HOST
    _taken: set[str] = field(default_factory=set)
    _kept: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> str:
        """A free address. Raises SandboxError when the subnet is full."""
        with self._lock:
            last = self.subnet.num_addresses - 2
            for _ in range(last - FIRST_HOST + 1):
                address = str(self.subnet[self._next])
                self._next = self._next + 1 if self._next < last else FIRST_HOST
                if address not in self._taken and address != self.gateway:
                    self._taken.add(address)
                    return address
        raise SandboxError(f"No address is left in {self.subnet}.", "Terminate some instances.")

    def keep(self) -> str:
        """A free address that stays taken, whoever gives it back, until `let_go`. Raises
        SandboxError when the subnet is full."""
        address = self.take()
        with self._lock:
            self._kept.add(address)
        return address

    def let_go(self, address: str) -> None:
        """Free an address that was kept; calling twice is safe."""
        with self._lock:
            self._kept.discard(address)
            self._taken.discard(address)

    def give_back(self, address: str) -> None:
        """Free an address, unless it is kept; calling twice is safe."""
        with self._lock:
            if address not in self._kept:
                self._taken.discard(address)


def ensure_network(client: docker.APIClient, sandbox: str) -> AddressPool:
    """The sandbox's network, made where it is missing.

    Docker chooses the subnet; the network is then made again with that subnet written down,
    because Docker lets us give fixed addresses only in a subnet that was configured.
    """
    import docker.errors
    from docker.types import IPAMConfig, IPAMPool

    name = network_name(sandbox)
    found = client.networks(names=[f"^{name}$"])
    if found:
        return _pool(found[0])
    probe = f"{name}-probe"
    for left in client.networks(names=[f"^{probe}$"]):
        client.remove_network(left["Id"])
    for _ in range(SUBNET_ATTEMPTS):
        try:
            made = client.create_network(probe, driver="bridge", labels={SANDBOX: sandbox})["Id"]
            chosen = client.inspect_network(made)["IPAM"]["Config"][0]
            client.remove_network(made)
            pool = IPAMPool(subnet=chosen["Subnet"], gateway=chosen["Gateway"])
            client.create_network(
                name,
                driver="bridge",
                labels={SANDBOX: sandbox},
                ipam=IPAMConfig(pool_configs=[pool]),
            )
        except docker.errors.APIError as error:
            if "overlap" not in str(error.explanation).lower():
                raise SandboxError(
                    f"Docker cannot make the sandbox's network: {error.explanation}",
                    "Remove networks that are not used: docker network prune",
                ) from error
            continue
        return _pool(client.networks(names=[f"^{name}$"])[0])
    raise SandboxError(
        "Docker's choice of a subnet was taken by others each time.", "Run the command again."
    )


def _pool(network: dict[str, object]) -> AddressPool:
    ipam = network["IPAM"]
    assert isinstance(ipam, dict)
    config = ipam["Config"][0]
    subnet = ipaddress.IPv4Network(config["Subnet"])
    gateway = str(config.get("Gateway") or subnet[1]).split("/")[0]
    return AddressPool(subnet, gateway)
