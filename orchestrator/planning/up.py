"""The plan that leads from what exists to the project as written. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.operations.claim_server import ClaimServer, RenameServer
from orchestrator.operations.create_machine import CreateMachine
from orchestrator.operations.install_engine import InstallEngine
from orchestrator.operations.made_as import made_as, system_of
from orchestrator.operations.operation import Operation
from orchestrator.operations.prepare_target import PrepareTarget
from orchestrator.operations.record_release import RecordRelease
from orchestrator.operations.trust_machine import TrustMachine
from orchestrator.operations.vacate import VacatePlaces
from orchestrator.operations.workload import PLATFORMS
from orchestrator.planning.between import check_openings, neighbourhood
from orchestrator.planning.desired import Desired
from orchestrator.planning.ground import as_needed, check_abilities, ways_of
from orchestrator.planning.naming import machine_names, say_size
from orchestrator.planning.plan import Plan
from orchestrator.planning.removal import removals
from orchestrator.planning.servers import (
    Slot,
    lost,
    say_facts,
    say_lost,
    slots,
    unguarded,
    without,
)
from orchestrator.planning.services import ServicePlanner
from orchestrator.planning.settling import Settlement, Settler
from orchestrator.planning.surplus import GIVEN_UP, remove_surplus
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.reporting.events import PlannedChange
from orchestrator.spec.model import Port, Target
from providers.contract.types import TAG_MADE_AS, Place


def plan_up(desired: Desired, survey: Survey, today: date) -> Plan:
    """Everything that is missing or different, and nothing else.

    Machines are matched by their `longshore-machine` tag. A machine that exists and
    cannot be asked is left alone and named in `Plan.unknown`.
    """
    return _Planner(desired, survey, today).plan()


@dataclass
class _Planner:
    desired: Desired
    survey: Survey
    today: date
    operations: list[Operation] = field(default_factory=list)
    kept: list[PlannedChange] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    machines: list[MachineView] = field(default_factory=list)
    growing: list[Target] = field(default_factory=list)
    """Targets that get machines."""

    def plan(self) -> Plan:
        services = ServicePlanner(self.desired)
        settlement = Settlement(
            self.desired.project,
            services,
            neighbourhood(self.desired.project, self._all_views()),
            self.operations,
            self.kept,
        )
        for target in self.desired.project.targets:
            self._target(target, settlement)
        settlement.finish()
        # First, since a plan is read from the top; they run beside the machines' start.
        self.operations = [*services.shared, *self.operations]
        self._release(services)
        targets = self.desired.project.targets
        self._vacate()
        self.warnings += [
            warning
            for target in targets
            if target.hosts and target.name in services.touched
            for warning in [unguarded(target, self._ports(target))]
            if warning
        ]
        gone = lost(self.survey, self.desired.project)
        self.warnings += map(say_lost, gone)
        self.operations += remove_surplus(
            targets,
            without(self.survey, gone),
            self.machines,
            self.operations,
            {target.name: self._homes(target) for target in targets},
        )
        return Plan(
            operations=tuple(self.operations),
            kept=tuple(self.kept),
            warnings=tuple(self.warnings),
            unknown=tuple(self.unknown),
            machines=tuple(self.machines),
            platforms={target.name: PLATFORMS[target.arch] for target in targets},
        )

    def _target(self, target: Target, settlement: Settlement) -> None:
        if target.hosts:
            self._servers(target, settlement)
            return
        check_abilities(target, self.survey)
        check_openings(self.desired.project, target, self.survey)
        views = {name: self._find(name, target) for name in machine_names(target)}
        missing = None in views.values()
        if missing:
            self.growing.append(target)
        ways = ways_of(target, self.desired, self.survey, self.today, settlement.neighbours)
        settlement.ways[target.name] = ways
        networks = self._networks(ways, missing, {v.cloud.place for v in views.values() if v})
        for name, view in views.items():
            if view is None:
                failed = self._remove_failed(name, target)
                create = CreateMachine(
                    name=name,
                    target=target,
                    public_key=self.desired.public_key,
                    size=say_size(target.size),
                    ways=ways,
                    needs=networks | failed,
                )
                self.operations.append(create)
                self._machine(name, target, None, settlement, frozenset({create.id}))
                continue
            self.machines.append(view)
            if view.reach == "unknown":
                self.unknown.append(name)
                self.warnings.append(f"{name} is unknown: {view.why}")
            else:
                self._drift(target, view)
                self._machine(name, target, view, settlement, frozenset())

    def _servers(self, target: Target, settlement: Settlement) -> None:
        """Claim those that are new, and then as for machines that are there."""
        check_openings(self.desired.project, target, self.survey)
        for slot in slots(target, self.desired.project, self.survey, self.desired.facts):
            view = slot.view
            if view is None:
                claim = ClaimServer(
                    name=slot.name,
                    target=target.name,
                    host=slot.host,
                    found=say_facts(slot.facts) if slot.facts else "it could not be read",
                )
                self.operations.append(claim)
                settlement.arrivals.add(claim.id)
                self._server(slot, target, settlement, frozenset({claim.id}))
                continue
            self.machines.append(view)
            if view.reach == "unknown":
                self.unknown.append(view.name)
                self.warnings.append(f"{view.name} is unknown: {view.why}")
                continue
            needs: frozenset[str] = frozenset()
            if (view.name, view.cloud.target) != (slot.name, target.name):
                rename = RenameServer(name=slot.name, target=target.name, cloud=view.cloud)
                self.operations.append(rename)
                settlement.arrivals.add(rename.id)
                needs = frozenset({rename.id})
            self._server(slot, target, settlement, needs)

    def _server(
        self, slot: Slot, target: Target, settlement: Settlement, needs: frozenset[str]
    ) -> None:
        """From a server that is claimed (or will be, after `needs`) to all services on it."""
        view = slot.view
        family = slot.facts.os_family if slot.facts else ""
        reason = "the server is new here"
        if view is not None:
            reason = self._engine_reason(view, self.desired.stamps.get(family, view.stamp))
        if reason:
            install = InstallEngine(
                name=slot.name,
                target=target.name,
                os=target.os,
                new=False,
                reason=reason,
                family=family,
                needs=needs,
            )
            self.operations.append(install)
            needs = frozenset({install.id})
        settlement.add(Settler(slot.name, target, view, needs))

    def _find(self, name: str, target: Target) -> MachineView | None:
        """The machine of that name in any of the target's places. Of two, the survey's first:
        the one that is known here, else the older one."""
        for view in self._named(name, target):
            if view.cloud.state != "failed":
                return view
        return None

    def _named(self, name: str, target: Target) -> list[MachineView]:
        return [
            view
            for view in self.survey.machines
            if view.name == name and view.cloud.place in target.places
        ]

    def _networks(
        self, ways: tuple[PrepareTarget, ...], missing: bool, homes: set[Place]
    ) -> frozenset[str]:
        """Plan what has to stand: in the first place for machines that are missing, in the
        others where machines are."""
        planned = [
            as_needed(way, for_machines=missing and way is ways[0], lived_in=way.place in homes)
            for way in ways
        ]
        found = [operation for operation in planned if operation is not None]
        self.operations += found
        return frozenset(operation.id for operation in found)

    def _remove_failed(self, name: str, target: Target) -> frozenset[str]:
        """Plan the end of what a cloud gave up making, before it is made anew."""
        failed = removals(
            [view.resource for view in self._named(name, target)],
            notes={view.cloud.id: GIVEN_UP for view in self._named(name, target)},
        )
        self.operations += failed
        return frozenset(operation.id for operation in failed)

    def _homes(self, target: Target) -> frozenset[Place]:
        """Where the target has machines; while some are missing, wherever they may go."""
        if target in self.growing:
            return frozenset(target.places)
        names = machine_names(target)
        return frozenset(v.cloud.place for v in self.machines if v.name in names)

    def _vacate(self) -> None:
        several = tuple(target for target in self.growing if target.elsewhere)
        if several:
            made = frozenset(o.id for o in self.operations if isinstance(o, CreateMachine))
            self.operations.append(VacatePlaces(targets=several, needs=made))

    def _machine(
        self,
        name: str,
        target: Target,
        view: MachineView | None,
        settlement: Settlement,
        needs: frozenset[str],
    ) -> None:
        """From a machine that exists (or will, after `needs`) to all services on it."""
        if view is None or view.reach == "booting" or not view.trusted:
            trust = TrustMachine(name=name, target=target.name, new=view is None, needs=needs)
            self.operations.append(trust)
            settlement.arrivals.add(trust.id)
            needs = frozenset({trust.id})
        stamp = self.desired.stamps[target.os]
        reason = "" if view is None else self._engine_reason(view, stamp)
        if view is None or reason:
            install = InstallEngine(
                name=name,
                target=target.name,
                os=target.os,
                new=view is None,
                reason=reason,
                needs=needs,
            )
            self.operations.append(install)
            needs = frozenset({install.id})
        settlement.add(Settler(name, target, view, needs))

    def _all_views(self) -> dict[str, MachineView | None]:
        """Every machine of the project by name, as it is or None where it is to be made."""
        found: dict[str, MachineView | None] = {}
        for target in self.desired.project.targets:
            if target.hosts:
                for slot in slots(target, self.desired.project, self.survey, self.desired.facts):
                    found[slot.name] = slot.view
            else:
                found |= {name: self._find(name, target) for name in machine_names(target)}
        return found

    def _ports(self, target: Target) -> list[Port]:
        services = self.desired.project.services_on(target.name)
        return [port for service in services for port in service.ports]

    def _engine_reason(self, view: MachineView, stamp: str) -> str:
        """Why the playbook has to go through; empty when it does not."""
        if not view.engine:
            return "Docker does not answer"
        if view.stamp != stamp:
            return "the playbook has not been through in its present form"
        return ""

    def _drift(self, target: Target, view: MachineView) -> None:
        """A machine made as something else than is asked for now. Raises LongshoreError
        where going on would run the wrong images or playbook on it."""
        made, asked = view.cloud.tags.get(TAG_MADE_AS, ""), made_as(target)
        if not made or made == asked:
            return
        message = f"{view.name} was made as {made}, the project now asks for {asked}"
        if system_of(target) not in made:
            raise LongshoreError(
                f"{message}: system and architecture of a machine cannot be changed",
                advice="write them as they were, or take the environment down and up again",
                exit_code=ExitCode.BAD_INPUT,
            )
        self.warnings.append(
            f"{message}: machines are not changed in place; take the environment down and up "
            "again to have them anew"
        )

    def _release(self, services: ServicePlanner) -> None:
        if services.deployments:
            self.operations.append(RecordRelease(needs=frozenset(services.deployments)))
