"""Have a service's image on a machine, before anything there is stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.images.deliver import deliver_direct
from orchestrator.images.local import local_engine
from orchestrator.images.pull import pull
from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.operations.workload import Workload
from orchestrator.reporting.events import OperationProgress


@dataclass(frozen=True, kw_only=True)
class ImageOnMachine(Operation):
    """What the two ways of delivery share."""

    machine_name: str
    workload: Workload

    @property
    def subject(self) -> str:
        return self.workload.service.name

    @property
    def machine(self) -> str:
        return self.machine_name

    def progress(self, context: Context, done: int, total: int | None, message: str) -> None:
        context.sink.emit(
            OperationProgress(self.id, self.subject, self.machine, message, done, total)
        )


@dataclass(frozen=True, kw_only=True)
class DeliverImage(ImageOnMachine):
    """From the local Engine over the SSH connection; nothing is sent when the machine has
    the image already."""

    kind: ClassVar[str] = "deliver"

    def apply(self, context: Context) -> bool:
        image = context.results.image(self.subject, self.workload.platform)
        return deliver_direct(
            context.fleet.engine(self.machine),
            local_engine(),
            image,
            on_progress=lambda done, total: self.progress(context, done, total, "sending"),
            cancel=context.cancel,
        )


@dataclass(frozen=True, kw_only=True)
class PullImage(ImageOnMachine):
    """The machine pulls from the registry by itself."""

    kind: ClassVar[str] = "pull"

    def apply(self, context: Context) -> bool:
        pulled = pull(
            context.fleet.engine(self.machine),
            self.workload.source,
            platform=self.workload.platform,
            on_progress=lambda done, total: self.progress(context, done, total, "pulling"),
        )
        context.results.put_image(self.subject, self.workload.platform, pulled.id)
        return pulled.changed
