"""Take from a server what we put there, before its claim goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.engine.labels import Scope
from orchestrator.engine.leftovers import remove_everything
from orchestrator.errors import LongshoreError
from orchestrator.machines.command import Command
from orchestrator.machines.errors import ChannelRefused
from orchestrator.machines.unixsocket import NO_SOCKET
from orchestrator.operations.context import Context
from orchestrator.operations.name_machines import markers, write_block
from orchestrator.operations.operation import Operation
from orchestrator.operations.put_there import forget_images, read_images
from orchestrator.reporting.events import OperationProgress, Skipped
from providers.contract.types import Resource

CONNECT_DEADLINE = 30.0
LOOK_DEADLINE = 20.0

IS_THERE_DOCKER = Command(("sh", "-c", "command -v dockerd"), deadline=LOOK_DEADLINE, sudo=True)


@dataclass(frozen=True, kw_only=True)
class CleanServer(Operation):
    """Remove this environment's containers, networks, volumes and images from a server, and
    the names of its machines.

    Docker and the server stay, and whatever else runs on them. The claim goes after this, so
    a run that is cut off here is gone on with by the next.
    """

    kind: ClassVar[str] = "clean"

    resource: Resource

    @property
    def subject(self) -> str:
        return self.resource.name

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.resource.id}"

    @property
    def machine(self) -> str:
        return self.resource.name

    @property
    def detail(self) -> str:
        return "containers, networks, volumes, images and names of this environment"

    def apply(self, context: Context) -> bool:
        name = self.resource.name
        line = context.fleet.line(self.resource.id, self.resource.id)
        context.fleet.connect(name, line, frozenset(), deadline=CONNECT_DEADLINE)
        gone = [*self._from_docker(context, line), *self._from_names(context, line)]
        for what in gone:
            context.sink.emit(OperationProgress(self.id, self.subject, name, f"removed {what}"))
        return bool(gone)

    def _from_docker(self, context: Context, line: str) -> tuple[str, ...]:
        name = self.resource.name
        scope = Scope(context.owner.project, context.owner.environment)
        try:
            engine = context.fleet.engine(line)
            gone = remove_everything(engine, scope, read_images(context, line))
        except ChannelRefused as error:
            if error.reason != NO_SOCKET:
                raise
            if context.fleet.connection(line).run(IS_THERE_DOCKER).status == 0:
                raise LongshoreError(
                    f"{name}: Docker does not run, so what is in it cannot be removed",
                    advice="start it there (`systemctl start docker`), then run this again",
                ) from error
            # Claimed, and stopped before Docker was installed: nothing was put there.
            context.sink.emit(Skipped(f"containers on {name}", "there is no Docker on it"))
            return ()
        forget_images(context, line)
        return gone

    def _from_names(self, context: Context, line: str) -> tuple[str, ...]:
        """The block of /etc/hosts, where there is one."""
        connection = context.fleet.connection(line)
        begin, _ = markers(context.owner)
        look = Command(("grep", "-qsxF", begin, "/etc/hosts"), deadline=LOOK_DEADLINE)
        if connection.run(look).status != 0:
            return ()
        connection.run(write_block(context.owner, ())).check()
        return ("the names of machines",)
