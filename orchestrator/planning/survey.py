"""What exists: the cloud's listing and, over SSH, what each machine runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from orchestrator.errors import LongshoreError
from orchestrator.state.places import Place
from providers.contract.types import CloudMachine, Resource

if TYPE_CHECKING:
    from orchestrator.engine.containers import Container

Reach = Literal["ok", "booting", "unknown"]


@dataclass(frozen=True)
class MachineView:
    """One machine of ours, as seen from outside and, when it could be asked, from inside.

    `booting`: it starts, or still has its first host key, and was not asked yet. `unknown`: it
    should have answered; `error` or `note` says why it did not. Unknown is not absent.
    """

    cloud: CloudMachine
    reach: Reach
    trusted: bool = False
    """Its host key is one that never passed through user data."""
    engine: bool = False
    """The Engine answers."""
    stamp: str = ""
    """Which form of the playbook has been through; empty when none has."""
    containers: tuple[Container, ...] = ()
    note: str = ""
    error: LongshoreError | None = None

    @property
    def why(self) -> str:
        """Why it is unknown, in words."""
        return self.error.message if self.error is not None else self.note

    @property
    def name(self) -> str:
        return self.cloud.name


@dataclass(frozen=True)
class Survey:
    """Everything of one environment, in every region it may have something in."""

    machines: tuple[MachineView, ...]
    resources: tuple[Resource, ...]
    places: tuple[Place, ...] = ()
    """Every provider and region that was asked."""

    @property
    def occupied(self) -> frozenset[Place]:
        """The places where something of ours is."""
        machines = {(view.cloud.provider, view.cloud.region) for view in self.machines}
        return frozenset(machines | {(r.provider, r.region) for r in self.resources})
