"""Have a service's image on a machine, before anything there is stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.engine.labels import delivered_name
from orchestrator.images.deliver import Progress, deliver_direct
from orchestrator.images.pull import LayerProgress, pull
from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.operations.put_there import note_image
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

    def progress(self, context: Context, message: str, done: int, total: int) -> None:
        context.sink.emit(
            OperationProgress(
                self.id, self.subject, self.machine, message, done or None, total or None
            )
        )


@dataclass(frozen=True, kw_only=True)
class DeliverImage(ImageOnMachine):
    """From the local Engine over the SSH connection; nothing is sent when the machine has
    the image already."""

    kind: ClassVar[str] = "deliver"

    def apply(self, context: Context) -> bool:
        def report(progress: Progress) -> None:
            self.progress(context, "sending", progress.sent, progress.total)

        image = context.results.image(self.subject, self.workload.platform)
        note_image(context, self.machine, delivered_name(image), ours=True)
        delivered = deliver_direct(
            context.fleet.engine(self.machine),
            context.local,
            image,
            on_progress=report,
            cancel=context.cancel,
        )
        context.results.put_delivered(self.machine, self.subject, delivered.image_id)
        return delivered.sent > 0


@dataclass(frozen=True, kw_only=True)
class PullImage(ImageOnMachine):
    """The machine pulls from the registry by itself."""

    kind: ClassVar[str] = "pull"

    def apply(self, context: Context) -> bool:
        def report(progress: LayerProgress) -> None:
            message = f"{progress.layer} {progress.status}".strip()
            self.progress(context, message, progress.done, progress.total)

        note_image(context, self.machine, self.workload.source, ours=False)
        image = pull(
            context.fleet.engine(self.machine),
            self.workload.source,
            cancel=context.cancel,
            on_progress=report,
        )
        context.results.put_image(self.subject, self.workload.platform, image.id)
        context.results.put_delivered(self.machine, self.subject, image.id)
        return True
