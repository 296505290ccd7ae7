"""Make a machine a Docker host: one playbook, one round trip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.engine.errors import EngineUnreachableError
from orchestrator.machines.playbook import load_playbook
from orchestrator.machines.render import render_script
from orchestrator.machines.run_playbook import run_playbook
from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import Notice, PlannedChange, StepReported

INSTALL_DEADLINE = 600.0
"""Seconds for the whole playbook, the wait for its other carrier included."""


@dataclass(frozen=True, kw_only=True)
class InstallEngine(Operation):
    """Run the `docker` playbook; on a new machine user data began it at boot, and this
    waits on its lock and finds most of it done."""

    kind: ClassVar[str] = "engine"

    name: str
    os: str
    new: bool

    @property
    def subject(self) -> str:
        return "docker"

    @property
    def machine(self) -> str:
        return self.name

    def describe(self) -> PlannedChange | None:
        if self.new:
            return None
        return PlannedChange(
            "update", "engine", self.name, machine=self.name, detail="install or repair Docker"
        )

    def apply(self, context: Context) -> bool:
        script = render_script(load_playbook("docker"), self.os)
        report = run_playbook(
            context.fleet.connection(self.name),
            script,
            deadline=INSTALL_DEADLINE,
            on_step=lambda step: context.sink.emit(
                StepReported(self.name, step.name, step.status, step.seconds)
            ),
        )
        try:
            context.fleet.engine(self.name).ping()
        except EngineUnreachableError:
            # sshd fixes a login's groups when it begins: one that is older than the
            # docker group cannot open the socket. Sign in again, once.
            context.sink.emit(
                Notice(f"{self.name}: signing in again to be in the docker group")
            )
            record = context.store.machines.all()[self.name]
            fresh = context.fleet.dial(self.name, record.address, record.pins, deadline=30)
            context.fleet.keep(self.name, fresh)
            context.fleet.engine(self.name).ping()
        return report.changed
