"""What operations share while a plan runs."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from orchestrator.cancellation import Cancellation
from orchestrator.operations.fleet import Fleet
from orchestrator.operations.providers import Providers
from orchestrator.reporting.sink import Sink
from orchestrator.spec.model import Project
from orchestrator.state.store import Store
from providers.contract.types import CloudMachine, Network, Owner


class Results:
    """What earlier operations found out, for later ones: thread-safe, write once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._machines: dict[str, CloudMachine] = {}
        self._networks: dict[str, Network] = {}
        self._images: dict[tuple[str, str], str] = {}

    def put_machine(self, machine: CloudMachine) -> None:
        with self._lock:
            self._machines[machine.name] = machine

    def machine(self, name: str) -> CloudMachine:
        """KeyError when no operation and no survey has seen it: a mistake in the plan."""
        with self._lock:
            return self._machines[name]

    def put_network(self, target: str, network: Network) -> None:
        with self._lock:
            self._networks[target] = network

    def network(self, target: str) -> Network:
        with self._lock:
            return self._networks[target]

    def put_image(self, service: str, platform: str, image: str) -> None:
        with self._lock:
            self._images[service, platform] = image

    def image(self, service: str, platform: str) -> str:
        """The id of the image a service runs on machines of `platform`."""
        with self._lock:
            return self._images[service, platform]

    def images(self) -> dict[str, str]:
        """Service (with its platform where there are several) to image id."""
        with self._lock:
            many = {s for s, p in self._images if (s, p) != self._first(s)}
            return {
                f"{service} ({platform})" if service in many else service: image
                for (service, platform), image in sorted(self._images.items())
            }

    def _first(self, service: str) -> tuple[str, str]:
        return next(key for key in self._images if key[0] == service)


@dataclass(frozen=True)
class Context:
    """Handed to every `apply`."""

    project: Project
    owner: Owner
    store: Store
    sink: Sink
    cancel: Cancellation
    providers: Providers
    fleet: Fleet
    release: str
    results: Results = field(default_factory=Results)
