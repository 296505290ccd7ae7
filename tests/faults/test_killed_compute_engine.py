"""A process that makes a machine on Compute Engine dies at each of the calls that matter, right
before or right after: the next one ends as if nothing had been, with one machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.machines.hostkeys import generate_host_key
from orchestrator.operations.context import Context
from orchestrator.operations.create_machine import CreateMachine
from orchestrator.operations.prepare_target import PrepareTarget
from orchestrator.reporting.sink import Recorder
from orchestrator.spec.model import Size, Target
from orchestrator.state.store import Store
from providers.contract.retry import ignore_retry
from providers.contract.types import Listing, Owner, Place, PortRule, ProviderSettings
from providers.gcp import create
from tests.gce_service import GceService

OWNER = Owner("shop", "production")
PLACE = Place("gcp", "us-central1")
TARGET = Target(name="us", provider="gcp", region="us-central1", size=Size(cpu=2))
PUBLIC_KEY = generate_host_key("ann").public
CREATE = CreateMachine(
    name="us-1",
    target=TARGET,
    public_key=PUBLIC_KEY,
    size="2 vCPU",
    ways=(
        PrepareTarget(
            target=TARGET,
            place=PLACE,
            rules=(PortRule(22, "tcp", "198.51.100.7/32", "ssh"),),
            public_key=PUBLIC_KEY,
            action="create",
            for_machines=True,
        ),
    ),
)
NO_ROOM = {
    "action": "instances.insert",
    "when": "operation",
    "code": "ZONE_RESOURCE_POOL_EXHAUSTED",
    "message": "The zone has no room.",
}


class Killed(BaseException):
    """The process is no more; nobody handles that."""


@dataclass
class Reaper:
    """Ends the process at its n-th call that changes a machine or a disk, or waits for that."""

    at: int
    when: str
    calls: int = 0
    dead: bool = False

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def send(self, really: Any, request: Any) -> Any:
        if self.dead:
            raise Killed
        with self._lock:
            counts = request.method != "GET" and "/zones/" in request.path_url
            self.calls += counts
            now = counts and self.calls == self.at
        if now and self.when == "before":
            self._die()
        answer = really()
        if now:
            _ = answer.content  # all of it has come, and nobody reads it any more
            self._die()
        return answer

    def _die(self) -> None:
        self.dead = True
        raise Killed


@contextmanager
def reaped(monkeypatch: pytest.MonkeyPatch, reaper: Reaper) -> Iterator[None]:
    from providers.gcp.session import Connections

    real = Connections.send

    def send(self: Connections, request: Any, *given: Any, **more: Any) -> Any:
        return reaper.send(lambda: real(self, request, *given, **more), request)

    with monkeypatch.context() as patched:
        patched.setattr(Connections, "send", send)
        yield


def run(service: GceService, folder: Path) -> Listing:
    """What a run does, in a process of its own as far as can be seen from outside: look, make
    the machine unless it is there, and look again."""
    settings = ProviderSettings("gcp", endpoint=service.endpoint, project=service.project)
    cancel = Cancellation()
    provider = create(settings, PLACE.region, ignore_retry, pause=cancel.wait)
    with Store(folder, OWNER.environment) as store:
        store.journal.begin("up")
        context = Context(
            project=cast(Any, None),
            owner=OWNER,
            store=store,
            sink=Recorder(),
            cancel=cancel,
            providers=cast(Any, SimpleNamespace(get=lambda *_: provider)),
            fleet=cast(Any, SimpleNamespace(assign=lambda *_: None)),
            local=cast(Any, None),
            release="r1",
        )
        if not provider.listing(OWNER).machines:
            CREATE.apply(context)
    return provider.listing(OWNER)


def check(service: GceService, found: Listing, zone: str) -> None:
    assert [(machine.name, machine.zone) for machine in found.machines] == [("us-1", zone)]
    assert sorted(each.kind for each in found.resources) == ["disk", "firewall", "machine"]
    assert len(service.hosts.machines) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("faults", [0, 1], ids=["room", "no-room-in-the-first-zone"])
def test_the_next_run_ends_with_one_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faults: int, when: str
) -> None:
    at = 0
    killed = True
    while killed:
        at += 1
        folder = tmp_path / str(at)
        service = GceService(folder / "home").start()
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        if faults:
            service.strike(**NO_ROOM, zone="us-central1-a", times=1000)
        try:
            reaper = Reaper(at, when)
            with reaped(monkeypatch, reaper), suppress(Killed):
                run(service, folder / "state")
            killed = reaper.dead
            found = run(service, folder / "state")
            check(service, found, "us-central1-b" if faults else "us-central1-a")
            assert service.violations() == []
        finally:
            service.stop()
    assert at > (4 if faults else 2), "there are calls to be killed at"
