"""Put one service's container on one machine in the place of its current one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.engine.create import ContainerRequest
from orchestrator.engine.labels import Scope
from orchestrator.engine.networks import ensure_network
from orchestrator.engine.replace import Wait, replace
from orchestrator.engine.volumes import ensure_volume
from orchestrator.operations.context import Context
from orchestrator.operations.name_machines import hosts_for
from orchestrator.operations.operation import Operation
from orchestrator.operations.workload import Workload
from orchestrator.reporting.events import Action, OperationProgress, PlannedChange
from orchestrator.spec.model import Probe

HEALTH_DEADLINE = 60.0
"""Seconds a container may take to be well when nothing says how long it needs."""


@dataclass(frozen=True, kw_only=True)
class DeployService(Operation):
    """Create beside, stop the old, start the new, wait until healthy, remove the old.

    On failure the old one runs again and the new one is kept for inspection.
    """

    kind: ClassVar[str] = "container"

    machine_name: str
    target: str
    workload: Workload
    probe: Probe | None
    action: Action
    reason: str
    displaces: tuple[str, ...] = ()
    """Containers of other services that stop as this one takes over."""
    named: tuple[str, ...] = ()
    """The machines that it is to know by name."""

    @property
    def subject(self) -> str:
        return self.workload.service.name

    @property
    def machine(self) -> str:
        return self.machine_name

    @property
    def detail(self) -> str:
        return self.reason

    def describe(self) -> PlannedChange:
        return PlannedChange(
            self.action, "container", self.subject, self.target, self.machine, self.reason
        )

    def apply(self, context: Context) -> bool:
        service = self.workload.service
        engine = context.fleet.engine(self.machine)
        scope = Scope(context.owner.project, context.owner.environment)
        ensure_network(engine, scope)
        for mount in service.mounts:
            if mount.kind == "volume" and mount.source is not None:
                ensure_volume(engine, scope, mount.source)
        request = ContainerRequest(
            scope=scope,
            service=service,
            release=context.release,
            image_id=context.results.delivered(self.machine, service.name),
            source=self.workload.source,
            hosts=hosts_for(context, self.machine, self.named),
        )
        replace(
            engine,
            request,
            wait=Wait(self.probe, health_deadline(self.probe)),
            cancel=context.cancel,
            displaced=self.displaces,
            on_step=lambda step, detail: context.sink.emit(
                OperationProgress(self.id, self.subject, self.machine, step)
            ),
        )
        return True


def health_deadline(probe: Probe | None) -> float:
    """Seconds until a container that is not well by then never will be, unless it has a
    health check of its own: only the container made from it knows what the image's says."""
    return probe.timeout if probe is not None else HEALTH_DEADLINE
