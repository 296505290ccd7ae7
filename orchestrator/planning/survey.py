"""What exists: the cloud's listing and, over SSH, what each machine runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from orchestrator.errors import LongshoreError
from orchestrator.state.places import Place
from providers.contract.errors import CloudError
from providers.contract.resources import machine_resource
from providers.contract.types import Abilities, CloudMachine, Resource

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
    hosts: str = ""
    """The names of machines that it knows, each with its address."""
    within: str = ""
    """The id of the group it is in, where the cloud has groups."""

    @property
    def why(self) -> str:
        """Why it is unknown, in words."""
        return self.error.message if self.error is not None else self.note

    @property
    def name(self) -> str:
        return self.cloud.name

    @property
    def resource(self) -> Resource:
        """The machine as something that can be destroyed."""
        return machine_resource(self.cloud, self.within)


@dataclass(frozen=True)
class Survey:
    """Everything of one environment, in every region it may have something in."""

    machines: tuple[MachineView, ...]
    resources: tuple[Resource, ...]
    places: tuple[Place, ...] = ()
    """Every provider and region that was asked."""
    abilities: Mapping[Place, Abilities] = field(default_factory=dict)
    """What the provider of each of them has at all."""
    unanswered: Mapping[Place, CloudError] = field(default_factory=dict)
    """The places that could not be asked, each with why: what is there is unknown."""

    @property
    def occupied(self) -> frozenset[Place]:
        """The places where something of ours is."""
        machines = {view.cloud.place for view in self.machines}
        return frozenset(machines | {resource.place for resource in self.resources})

    @property
    def answered(self) -> frozenset[Place]:
        """The places that said what is there."""
        return frozenset(self.places) - frozenset(self.unanswered)

    def able(self, place: Place) -> Abilities:
        """What the provider of a place has at all."""
        return self.abilities.get(place, Abilities())
