"""From machines that stand to the services on them: at once, or, where the machines are to
know and reach each other, when all of them are planned. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.operations.name_machines import NameMachines
from orchestrator.operations.open_between import OpenBetween
from orchestrator.operations.operation import Operation
from orchestrator.operations.prepare_target import PrepareTarget
from orchestrator.planning.between import NOBODY, Names, Neighbourhood, openings_of
from orchestrator.planning.services import ServicePlanner
from orchestrator.planning.survey import MachineView
from orchestrator.reporting.events import PlannedChange
from orchestrator.spec.model import Project, Target


@dataclass(frozen=True)
class Settler:
    """A machine whose services are to be planned, after `needs`; `view` is None while it is
    to be made."""

    name: str
    target: Target
    view: MachineView | None
    needs: frozenset[str]


@dataclass
class Settlement:
    """Adds to the operations and the kept lines of a plan in the making."""

    project: Project
    services: ServicePlanner
    neighbours: Neighbourhood | None
    operations: list[Operation]
    kept: list[PlannedChange]
    arrivals: set[str] = field(default_factory=set)
    """The operations after which machines that are new have addresses, and all their names."""
    ways: dict[str, tuple[PrepareTarget, ...]] = field(default_factory=dict)
    """By target: what has to stand in each of its places."""
    waiting: list[Settler] = field(default_factory=list)

    def add(self, machine: Settler) -> None:
        """Plan a machine's services; where it has neighbours, `finish` does."""
        if self.neighbours is not None:
            self.waiting.append(machine)
            return
        needs = machine.needs | self._name(machine, NOBODY)
        self._deploy(machine, needs, NOBODY)

    def finish(self) -> None:
        """After all machines: the ports between them and their names for each other, then
        the services that use both."""
        if self.neighbours is None:
            return
        opened = self._open_between(self.neighbours)
        for machine in self.waiting:
            view = machine.view
            names = self.neighbours.names(view.cloud.place if view else None)
            self._deploy(machine, machine.needs | opened | self._name(machine, names), names)

    def _deploy(self, machine: Settler, needs: frozenset[str], names: Names) -> None:
        containers = machine.view.containers if machine.view is not None else ()
        operations, kept = self.services.on_machine(
            machine.name, machine.target, containers, needs, names
        )
        self.operations += operations
        self.kept += kept

    def _name(self, machine: Settler, names: Names) -> frozenset[str]:
        """The names that a machine is to have for the others, unless it has them."""
        difference = names.difference(machine.view.hosts if machine.view is not None else "")
        if not difference:
            return frozenset()
        naming = NameMachines(
            name=machine.name,
            target=machine.target.name,
            named=names.named,
            new=machine.view is None,
            difference=difference,
            needs=machine.needs | self.arrivals,
        )
        self.operations.append(naming)
        return frozenset({naming.id})

    def _open_between(self, neighbours: Neighbourhood) -> frozenset[str]:
        """The ports between machines where not all of them have addresses yet; where they
        have, the firewalls' own steps have them."""
        opened: list[OpenBetween] = []
        for target in self.project.targets if neighbours.awaited else ():
            openings = openings_of(self.project, target.name)
            own = tuple(each.name for each in self.waiting if each.target is target)
            if openings and own:
                opened.append(
                    OpenBetween(
                        target=target,
                        ways=self.ways[target.name],
                        openings=openings,
                        own=own,
                        named=neighbours.named,
                        needs=frozenset(self.arrivals),
                    )
                )
        self.operations += opened
        return frozenset(operation.id for operation in opened)
