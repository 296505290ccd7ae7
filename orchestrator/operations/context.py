"""What operations share while a plan runs."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from orchestrator.cancellation import Cancellation
from orchestrator.images.local import LocalEngine
from orchestrator.operations.fleet import Fleet
from orchestrator.operations.ground import Grounds
from orchestrator.operations.providers import Providers
from orchestrator.reporting.sink import Sink
from orchestrator.spec.model import Project
from orchestrator.state.store import Store
from providers.contract.types import CloudMachine, Owner


class Results:
    """What earlier operations found out, for later ones: thread-safe, write once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._machines: dict[str, CloudMachine] = {}
        self._images: dict[tuple[str, str], str] = {}
        self._delivered: dict[tuple[str, str], str] = {}
        self.grounds = Grounds()

    def put_machine(self, machine: CloudMachine) -> None:
        with self._lock:
            self._machines[machine.name] = machine

    def machine(self, name: str) -> CloudMachine:
        """KeyError when no operation and no survey has seen it: a mistake in the plan."""
        with self._lock:
            return self._machines[name]

    def put_image(self, service: str, platform: str, image: str) -> None:
        with self._lock:
            self._images[service, platform] = image

    def image(self, service: str, platform: str) -> str:
        """The id of the image a service runs on machines of `platform`."""
        with self._lock:
            return self._images[service, platform]

    def put_delivered(self, machine: str, service: str, image: str) -> None:
        with self._lock:
            self._delivered[machine, service] = image

    def delivered(self, machine: str, service: str) -> str:
        """The image's id on that machine: a containerd store has ids of its own."""
        with self._lock:
            return self._delivered[machine, service]

    def images(self) -> dict[str, str]:
        """Image ids by service and platform (`web linux/amd64`), for the release record."""
        with self._lock:
            return {
                f"{service} {platform}": image
                for (service, platform), image in sorted(self._images.items())
            }


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
    local: LocalEngine
    release: str
    results: Results = field(default_factory=Results)
