"""The plan that leads from what exists to the project as written. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.operations.create_machine import CreateMachine, made_as, system_of
from orchestrator.operations.install_engine import InstallEngine
from orchestrator.operations.operation import Operation
from orchestrator.operations.prepare_target import PrepareTarget
from orchestrator.operations.record_release import RecordRelease
from orchestrator.operations.trust_machine import TrustMachine
from orchestrator.planning.desired import Desired
from orchestrator.planning.naming import machine_names, say_size
from orchestrator.planning.plan import Plan
from orchestrator.planning.rules import difference, wanted_rules
from orchestrator.planning.services import ServicePlanner
from orchestrator.planning.surplus import place_of, remove_surplus
from orchestrator.planning.survey import MachineView, Survey
from orchestrator.reporting.events import Action, PlannedChange
from orchestrator.spec.model import Target
from providers.contract.types import TAG_MADE_AS, Resource


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

    def plan(self) -> Plan:
        services = ServicePlanner(self.desired)
        for target in self.desired.project.targets:
            self._target(target, services)
        # First, since a plan is read from the top; they run beside the machines' start.
        self.operations = [*services.shared, *self.operations]
        self._release(services)
        self.operations += remove_surplus(
            self.desired.project.targets, self.survey, self.machines, self.operations
        )
        return Plan(
            operations=tuple(self.operations),
            kept=tuple(self.kept),
            warnings=tuple(self.warnings),
            unknown=tuple(self.unknown),
            machines=tuple(self.machines),
        )

    def _target(self, target: Target, services: ServicePlanner) -> None:
        views = {name: self._find(name, target) for name in machine_names(target)}
        network = self._network(target, needed=None in views.values())
        for name, view in views.items():
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
                continue
            self.machines.append(view)
            if view.reach == "unknown":
                self.unknown.append(name)
                self.warnings.append(f"{name} is unknown: {view.why}")
            else:
                self._drift(target, view)
                self._machine(name, target, view, services, frozenset())

    def _find(self, name: str, target: Target) -> MachineView | None:
        """The machine of that name where the target is now. Of two, the survey's first:
        the one that is known here, else the older one."""
        for view in self.survey.machines:
            cloud = view.cloud
            if (cloud.name, cloud.provider, cloud.region) == (
                name,
                target.provider,
                target.region,
            ):
                return view
        return None

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
            trust = TrustMachine(name=name, target=target.name, new=view is None, needs=needs)
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
        here = (target.provider, target.region)
        key = any(r.kind == "key" and place_of(r) == here for r in self.survey.resources)
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
            key_missing=not key,
            for_machines=needed,
            difference=words,
        )
        self.operations.append(operation)
        return operation

    def _firewall(self, target: Target) -> Resource | None:
        here = (target.provider, target.region)
        for resource in self.survey.resources:
            if (resource.kind, resource.target) == ("firewall", target.name) and (
                place_of(resource) == here
            ):
                return resource
        return None

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
