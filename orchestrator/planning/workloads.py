"""From the project to what should run: reads build contexts, asks nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from orchestrator.engine.containers import config_hash
from orchestrator.images.digest import context_digest
from orchestrator.operations.workload import PLATFORMS, Workload
from orchestrator.spec.model import Project, Service


def resolve_workloads(project: Project) -> dict[tuple[str, str], Workload]:
    """Every service on every platform it is placed on. Raises LongshoreError when a build
    context cannot be read."""
    return {(w.service.name, w.platform): w for w in _workloads(project)}


def _workloads(project: Project) -> Iterator[Workload]:
    for service in project.services:
        targets = project.placement.get(service.name, ())
        platforms = {PLATFORMS[project.target(name).arch] for name in targets}
        for platform in sorted(platforms):
            yield _workload(project, service, platform)


def _workload(project: Project, service: Service, platform: str) -> Workload:
    if service.build is not None:
        source = f"build:{context_digest(service.build, platform)}"
        return Workload(service, platform, source, config_hash(service, source), "build")
    source = service.image or ""
    how: Literal["local", "pull"] = "local" if project.deliver == "direct" else "pull"
    return Workload(service, platform, source, config_hash(service, source), how)
