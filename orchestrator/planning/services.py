"""Which containers of a machine have to be touched. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from orchestrator.engine.health import ENDS
from orchestrator.engine.labels import Scope
from orchestrator.operations.build_image import BuildImage
from orchestrator.operations.check_url import CheckUrl
from orchestrator.operations.deliver_image import DeliverImage, PullImage
from orchestrator.operations.deploy_service import DeployService
from orchestrator.operations.operation import Operation
from orchestrator.operations.remove_container import RemoveContainer
from orchestrator.operations.repair_service import RepairService
from orchestrator.operations.workload import Workload
from orchestrator.planning.between import NOBODY, Names
from orchestrator.planning.desired import Desired
from orchestrator.planning.handover import Turn, turns
from orchestrator.reporting.events import PlannedChange
from orchestrator.spec.model import Opening, Probe, Target

if TYPE_CHECKING:
    from orchestrator.engine.containers import Container


class ServicePlanner:
    """Plans machine by machine, and collects what machines share: each image is built
    once for each platform, however many machines run it."""

    def __init__(self, desired: Desired) -> None:
        self._desired = desired
        self._builds: dict[str, BuildImage] = {}
        self.deployments: list[str] = []
        self.touched: set[str] = set()
        """The targets on which something changes."""

    @property
    def shared(self) -> tuple[Operation, ...]:
        """The builds that the planned machines need."""
        return tuple(self._builds.values())

    def on_machine(
        self,
        machine: str,
        target: Target,
        containers: Sequence[Container],
        needs: frozenset[str],
        names: Names = NOBODY,
    ) -> tuple[list[Operation], list[PlannedChange]]:
        """The operations of one machine, and what stays as it is on it.

        `needs` is what must have ended before the Engine can be used, `names` what its
        containers are to call the machines of the environment.
        """
        wanted = self._desired.on(target.name)
        changing: list[Workload] = []
        kept: list[PlannedChange] = []
        repairs: list[Operation] = []
        for workload in wanted:
            name = workload.service.name
            current = _current(containers, name)
            if current is None or not is_as_wanted(current, workload, names):
                changing.append(workload)
            elif leftover := _leftover(containers, name):
                repairs.append(
                    RepairService(
                        machine_name=machine,
                        target=target.name,
                        service=name,
                        leftover=leftover,
                        needs=needs,
                    )
                )
            else:
                kept.append(PlannedChange("none", "container", name, target.name, machine))
        staying = {w.service.name for w in wanted} - {w.service.name for w in changing}
        order = turns(changing, staying, containers, self._scope)
        # What runs on keeps its ports: what a killed run left of it must be gone first.
        deployments = self._changes(
            machine, target, containers, order, needs | {repair.id for repair in repairs}, names
        )
        services = {workload.service.name for workload in wanted}
        # Last, so that what was renamed has come up before the old one is gone for good.
        after = needs | {o.id for o in deployments if isinstance(o, DeployService)}
        removals = [
            RemoveContainer(
                machine_name=machine, target=target.name, container=container.name, needs=after
            )
            for container in containers
            if container.service not in services
        ]
        operations = [*repairs, *deployments, *removals]
        self.deployments += [operation.id for operation in operations]
        if operations:
            self.touched.add(target.name)
        return operations, kept

    @property
    def _scope(self) -> Scope:
        return Scope(self._desired.project.name, self._desired.project.environment)

    def _changes(
        self,
        machine: str,
        target: Target,
        containers: Sequence[Container],
        order: Sequence[Turn],
        needs: frozenset[str],
        names: Names,
    ) -> list[Operation]:
        """Deliver all images, then change over in order."""
        deliveries = {t.service: self._deliver(machine, t.workload, needs) for t in order}
        operations = list(deliveries.values())
        deployed: dict[str, str] = {}
        displaced: dict[str, str] = {}
        for turn in order:
            others = [container.service for container in turn.displaces]
            current = _current(containers, turn.service)
            reason = why_touched(current, turn.workload, names)
            if others:
                reason += f"; {', '.join(dict.fromkeys(others))} stops first"
            deploy = DeployService(
                machine_name=machine,
                target=target.name,
                workload=turn.workload,
                probe=self._probe(turn.service),
                action="create" if current is None else "update",
                reason=reason,
                displaces=tuple(container.name for container in turn.displaces),
                named=names.named,
                needs=frozenset(
                    {
                        deliveries[turn.service].id,
                        *(deployed[name] for name in turn.after),
                        *(deliveries[name].id for name in others if name in deliveries),
                        *(displaced[c.name] for c in turn.displaces if c.name in displaced),
                    }
                ),
            )
            deployed[turn.service] = deploy.id
            displaced.update(dict.fromkeys(deploy.displaces, deploy.id))
            operations.append(deploy)
            check = self._check(machine, turn.workload, deploy.id)
            if check is not None:
                operations.append(check)
        return operations

    def _deliver(self, machine: str, workload: Workload, needs: frozenset[str]) -> Operation:
        if workload.how == "pull":
            return PullImage(machine_name=machine, workload=workload, needs=needs)
        build = BuildImage(workload=workload)
        self._builds.setdefault(build.id, build)
        return DeliverImage(machine_name=machine, workload=workload, needs=needs | {build.id})

    def _probe(self, service: str) -> Probe | None:
        probes = self._desired.project.probes
        return next((probe for probe in probes if probe.service == service), None)

    def _check(self, machine: str, workload: Workload, deploy: str) -> CheckUrl | None:
        port = public_port(workload, self._desired.project.between or ())
        if port is None:
            return None
        return CheckUrl(
            machine_name=machine,
            service=workload.service.name,
            port=port,
            needs=frozenset({deploy}),
        )


def public_port(workload: Workload, between: Collection[Opening] = ()) -> int | None:
    """The port a service answers on for everyone, if it publishes one."""
    for port in workload.service.ports:
        if port.published is None or Opening(port.published, port.protocol) in between:
            continue
        if port.protocol == "tcp" and port.public:
            return port.published
    return None


def is_as_wanted(container: Container, workload: Workload, names: Names = NOBODY) -> bool:
    """Whether a container can stay exactly as it is."""
    return why_touched(container, workload, names) == ""


def why_touched(container: Container | None, workload: Workload, names: Names = NOBODY) -> str:
    """Why a container has to be made or replaced; empty when it does not."""
    if container is None:
        return "built here" if workload.how == "build" else workload.service.image or ""
    if container.config_hash != workload.config:
        if container.source != workload.source:
            return f"{_short(container.source)} -> {_short(workload.source)}"
        return "its configuration changed"
    if _has_ended_well(container, workload):
        return ""
    if reason := names.difference(container.hosts):
        return reason
    if container.state != "running":
        return f"it is {container.state}"
    if container.health == "unhealthy":
        return "it is unhealthy"
    return ""


def _current(containers: Sequence[Container], service: str) -> Container | None:
    return next((c for c in containers if c.service == service and c.role == "current"), None)


def _leftover(containers: Sequence[Container], service: str) -> tuple[str, ...]:
    """What a killed replacement left of a service."""
    return tuple(
        c.name for c in containers if c.service == service and c.role in ("next", "previous")
    )


def _has_ended_well(container: Container, workload: Workload) -> bool:
    """Whether it is a job that is done: nothing is to be run again."""
    ends = workload.service.restart.policy in ENDS
    return ends and container.state == "exited" and container.exit_status == 0


def _short(source: str) -> str:
    kind, _, digest = source.partition(":")
    names = {"build": "build", "sha256": "image"}
    return f"{names[kind]} {digest[:12]}" if kind in names else source
