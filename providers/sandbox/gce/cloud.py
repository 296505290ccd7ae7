"""What the rooms of the emulator share: the records, the machines, and work in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from providers.sandbox.gce.call import Call, Document, text
from providers.sandbox.gce.errors import OperationError
from providers.sandbox.gce.links import Link
from providers.sandbox.gce.operations import Operation, Operations, nothing
from providers.sandbox.gce.request_ids import RequestIds
from providers.sandbox.gce.store import Store
from providers.sandbox.hosts import Hosts
from providers.sandbox.systems import Channel

PROJECT = "longshore-sandbox"


@dataclass(frozen=True)
class Origin:
    """What boots from an image or a disk: the system of the machine, and its boot channel."""

    machine: str
    channel: Channel


@dataclass
class Settings:
    """What a test may set: zones that are down, limits by `region/METRIC`, permissions that the
    caller has not, and `lag`, from how many lists a resource that is made now is missing."""

    down: frozenset[str] = frozenset()
    limits: Mapping[str, float] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()
    lag: int = 0

    def take(self, document: object) -> None:
        """Set everything anew from JSON: an object with these names. Raises ValueError with
        what is wrong."""
        known = {"down", "limits", "denied", "lag"}
        if not isinstance(document, dict) or set(document) - known:
            raise ValueError(f"expected an object with {', '.join(sorted(known))}")
        self.down = frozenset(map(str, document.get("down", ())))
        limits = dict(document.get("limits", {}))
        self.limits = {str(name): float(limit) for name, limit in limits.items()}
        self.denied = frozenset(map(str, document.get("denied", ())))
        self.lag = int(document.get("lag", 0))


class Cloud:
    """One emulated cloud. `changed` is the lock of everything in it, and is notified when an
    operation ends."""

    def __init__(self, hosts: Hosts, settings: Settings | None = None) -> None:
        self.hosts = hosts
        self.settings = settings or Settings()
        self.changed = threading.Condition(threading.RLock())
        self.store = Store(lambda: self.settings.lag)
        self.operations = Operations(self.changed)
        self.request_ids = RequestIds()
        self.origins: dict[str, Origin] = {}
        """By the path of the image or disk."""
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gce")

    def begin(self, call: Call, type: str, link: Link, document: Document) -> Operation:
        """An operation on a resource; whoever does the work finishes it."""
        return self.operations.begin(call, type, link, text(document, "id"))

    def settle(
        self,
        operation: Operation,
        error: OperationError | None = None,
        *,
        firewalls: bool = False,
        before: Callable[[], None] = nothing,
    ) -> Operation:
        """Finish an operation soon, from another thread: after `before`, and with `firewalls`
        once the rules that hold now are in force on every machine."""

        def work() -> None:
            before()
            if firewalls:
                self.hosts.converge_firewalls()
            self.operations.finish(operation, error)

        self._worker.submit(work)
        return operation
