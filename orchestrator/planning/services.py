"""Which containers of a machine have to be touched. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchestrator.operations.build_image import BuildImage
from orchestrator.operations.check_url import CheckUrl
from orchestrator.operations.deliver_image import DeliverImage, PullImage
from orchestrator.operations.deploy_service import DeployService
from orchestrator.operations.operation import Operation
from orchestrator.operations.remove_container import RemoveContainer
from orchestrator.operations.workload import Workload
from orchestrator.planning.desired import Desired
from orchestrator.reporting.events import Action, PlannedChange
from orchestrator.spec.model import Probe, Target

if TYPE_CHECKING:
    from orchestrator.engine.containers import Container


class ServicePlanner:
    """Plans machine by machine, and collects what machines share: each image is built
    once for each platform, however many machines run it."""

    def __init__(self, desired: Desired) -> None:
        self._desired = desired
        self._builds: dict[str, BuildImage] = {}
        self.deployments: list[str] = []

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
    ) -> tuple[list[Operation], list[PlannedChange]]:
        """The operations of one machine, and what stays as it is on it.

        `needs` is what must have ended before the Engine can be used.
        """
        operations: list[Operation] = []
        kept: list[PlannedChange] = []
        deployed: dict[str, str] = {}
        wanted = self._desired.on(target.name)
        for workload in wanted:
            service = workload.service
            current = _current(containers, service.name)
            if current is not None and is_as_wanted(current, workload):
                kept.append(PlannedChange("none", "container", service.name, target.name, machine))
                continue
            deliver = self._deliver(machine, workload, needs)
            after = {deployed[d.service] for d in service.depends_on if d.service in deployed}
            action: Action = "create" if current is None else "update"
            deploy = DeployService(
                machine_name=machine,
                target=target.name,
                workload=workload,
                probe=self._probe(service.name),
                action=action,
                reason=why_touched(current, workload),
                needs=frozenset({deliver.id, *after}),
            )
            deployed[service.name] = deploy.id
            operations += [deliver, deploy]
            check = self._check(machine, workload, deploy.id)
            if check is not None:
                operations.append(check)
        names = {workload.service.name for workload in wanted}
        for container in containers:
            if container.service not in names:
                operations.append(
                    RemoveContainer(
                        machine_name=machine,
                        target=target.name,
                        container=container.name,
                        needs=needs,
                    )
                )
        self.deployments += [operation.id for operation in operations]
        return operations, kept

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
        port = public_port(workload)
        if port is None:
            return None
        return CheckUrl(
            machine_name=machine,
            service=workload.service.name,
            port=port,
            needs=frozenset({deploy}),
        )


def public_port(workload: Workload) -> int | None:
    """The port a service answers on for everyone, if it publishes one."""
    for port in workload.service.ports:
        if port.protocol == "tcp" and port.public:
            return port.published
    return None


def is_as_wanted(container: Container, workload: Workload) -> bool:
    """Whether a container can stay exactly as it is."""
    return why_touched(container, workload) == ""


def why_touched(container: Container | None, workload: Workload) -> str:
    """Why a container has to be made or replaced; empty when it does not."""
    if container is None:
        return workload.source if workload.how == "pull" else "built here"
    if container.config_hash != workload.config:
        if container.source != workload.source:
            return f"{_short(container.source)} -> {_short(workload.source)}"
        return "its configuration changed"
    if container.state != "running":
        return f"it is {container.state}"
    if container.health == "unhealthy":
        return "it is unhealthy"
    return ""


def _current(containers: Sequence[Container], service: str) -> Container | None:
    return next((c for c in containers if c.service == service and c.role == "current"), None)


def _short(source: str) -> str:
    kind, _, digest = source.partition(":")
    return f"build {digest[:12]}" if kind == "build" else source
