"""What should run, with everything resolved that can be without a machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.machines.facts import Facts
from orchestrator.operations.workload import PLATFORMS, Workload
from orchestrator.planning.rules import Deployer
from orchestrator.spec.model import Project


@dataclass(frozen=True)
class Desired:
    """The project with its workloads, by service name and platform."""

    project: Project
    workloads: Mapping[tuple[str, str], Workload]
    public_key: str
    deployer: Deployer
    stamps: Mapping[str, str]
    """By operating system (of servers, by its family): the stamp of a machine that the
    playbook has been through."""
    facts: Mapping[str, Facts] = field(default_factory=dict)
    """What the project's servers are, by id, as far as they could be asked."""

    def on(self, target: str) -> tuple[Workload, ...]:
        """What each machine of a target runs, dependencies first."""
        platform = PLATFORMS[self.project.target(target).arch]
        services = self.project.services_on(target)
        return tuple(self.workloads[service.name, platform] for service in services)
