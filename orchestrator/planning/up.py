"""The plan that leads from what exists to the project as written. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from orchestrator.operations.create_machine import CreateMachine, made_as
from orchestrator.operations.destroy import DestroyResource
from orchestrator.operations.install_engine import InstallEngine
from orchestrator.operations.machine_record import machine_resource
from orchestrator.operations.operation import Operation
from orchestrator.operations.prepare_target import PrepareTarget
from orchestrator.operations.record_release import RecordRelease
from orchestrator.operations.trust_machine import TrustMachine
from orchestrator.planning.desired import Desired
from orchestrator.planning.plan import Plan
from orchestrator.planning.rules import difference, wanted_rules
from orchestrator.planning.services import ServicePlanner
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.reporting.events import Action, PlannedChange
from orchestrator.spec.model import Size, Target
from providers.contract.types import TAG_MADE_AS, Resource

GIB = 1024**3


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

    def plan(self) -> Plan:
        services = ServicePlanner(self.desired)
        by_name: dict[str, list[MachineView]] = {}
        for view in self.survey.machines:
            by_name.setdefault(view.name, []).append(view)
        surplus: list[MachineView] = []
        for target in self.desired.project.targets:
            views = {name: by_name.pop(name, []) for name in machine_names(target)}
            for doubles in views.values():
                surplus += doubles[1:]
            self._target(target, {n: v[0] for n, v in views.items() if v}, services)
        surplus += [view for views in by_name.values() for view in views]
        # First, since a plan is read from the top; they run beside the machines' start.
        self.operations = [*services.shared, *self.operations]
        self._release(services)
        self._remove(surplus)
        return Plan(
            tuple(self.operations), tuple(self.kept), tuple(self.warnings), tuple(self.unknown)
        )

    def _target(
        self, target: Target, views: dict[str, MachineView], services: ServicePlanner
    ) -> None:
        missing = [name for name in machine_names(target) if name not in views]
        network = self._network(target, needed=bool(missing))
        for name in machine_names(target):
            view = views.get(name)
            if view is None:
                create = CreateMachine(
                    name=name,
                    target=target,
                    public_key=self.desired.public_key,
                    size=say_size(target.size),
                    needs=frozenset({network.id}) if network else frozenset(),
                )
                self.operations.append(create)
                self._machine(name, target, None, services, frozenset({create.id}))
            elif view.reach == "unknown":
                self.unknown.append(name)
                self.warnings.append(f"{name} is unknown: {view.why}")
            else:
                self._drift(target, view)
                self._machine(name, target, view, services, frozenset())

    def _machine(
        self,
        name: str,
        target: Target,
        view: MachineView | None,
        services: ServicePlanner,
        needs: frozenset[str],
    ) -> None:
        """From a machine that exists (or will, after `needs`) to all services on it."""
        if view is None or view.reach == "booting" or not view.trusted:
            trust = TrustMachine(name=name, needs=needs)
            self.operations.append(trust)
            needs = frozenset({trust.id})
        reason = "" if view is None else self._engine_reason(view, target)
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
        containers = view.containers if view is not None else ()
        operations, kept = services.on_machine(name, target, containers, needs)
        self.operations += operations
        self.kept += kept

    def _engine_reason(self, view: MachineView, target: Target) -> str:
        """Why the playbook has to go through; empty when it does not."""
        if not view.engine:
            return "Docker does not answer"
        if view.stamp != self.desired.stamps[target.os]:
            return "the playbook has not been through in its present form"
        return ""

    def _network(self, target: Target, *, needed: bool) -> PrepareTarget | None:
        firewall = self._firewall(target)
        key = any(resource.kind == "key" for resource in self.survey.resources)
        standing = firewall.rules if firewall else ()
        services = self.desired.project.services_on(target.name)
        rules = wanted_rules(services, self.desired.deployer, standing, self.today)
        words = difference(standing, rules)
        action: Action = "create" if firewall is None else "update" if words else "none"
        if action == "none" and key and not needed:
            return None
        operation = PrepareTarget(
            target=target,
            rules=rules,
            public_key=self.desired.public_key,
            action=action,
            for_machines=needed,
            difference=words,
        )
        self.operations.append(operation)
        return operation

    def _firewall(self, target: Target) -> Resource | None:
        for resource in self.survey.resources:
            if (resource.kind, resource.target, resource.region) == (
                "firewall",
                target.name,
                target.region,
            ):
                return resource
        return None

    def _drift(self, target: Target, view: MachineView) -> None:
        made = view.cloud.tags.get(TAG_MADE_AS, "")
        if made and made != made_as(target):
            self.warnings.append(
                f"{view.name} was made as {made}, the project now asks for {made_as(target)}: "
                "machines are not changed in place; take the environment down and up again"
            )

    def _release(self, services: ServicePlanner) -> None:
        if services.deployments:
            self.operations.append(RecordRelease(needs=frozenset(services.deployments)))

    def _remove(self, surplus: Sequence[MachineView]) -> None:
        """Machines the project no longer asks for go last, once the rest has come up, and
        with them the firewall of a target that is gone."""
        before = frozenset(operation.id for operation in self.operations)
        targets = {target.name for target in self.desired.project.targets}
        gone: list[Operation] = []
        for view in surplus:
            note = "no longer in the project"
            resource = machine_resource(view.cloud)
            gone.append(DestroyResource(resource=resource, note=note, needs=before))
        waits = before | {operation.id for operation in gone}
        for resource in self.survey.resources:
            if resource.kind == "firewall" and resource.target not in targets:
                gone.append(DestroyResource(resource=resource, needs=waits))
        self.operations += gone


def machine_names(target: Target) -> tuple[str, ...]:
    """`us-1`, `us-2`, ...: the names of a target's machines, in order."""
    return tuple(f"{target.name}-{number}" for number in range(1, target.count + 1))


def say_size(size: Size) -> str:
    """The size as a person would write it."""
    if size.type is not None:
        return size.type
    parts = []
    if size.cpu is not None:
        parts.append(f"{size.cpu} vCPU")
    if size.memory is not None:
        parts.append(f"{size.memory / GIB:g} GiB")
    return " ".join(parts)
