"""From the project to what should run: reads build contexts and, for images that are sent
from here, asks the local Engine; asks no cloud and no machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

from orchestrator.engine.containers import config_hash
from orchestrator.images.digest import context_digest
from orchestrator.images.inspection import ImageInfo, find_image
from orchestrator.images.local import LocalEngine
from orchestrator.operations.workload import PLATFORMS, Workload
from orchestrator.spec.model import Project, Service

FindImage = Callable[[str], ImageInfo | None]


def find_here(reference: str) -> ImageInfo | None:
    """An image of the local Engine. Raises EngineError."""
    with closing(LocalEngine()) as local:
        return find_image(local, reference)


def resolve_workloads(
    project: Project, find: FindImage = find_here
) -> dict[tuple[str, str], Workload]:
    """Every service on every platform it is placed on. Raises LongshoreError when a build
    context cannot be read, EngineError when an image is to come from the local Engine and
    that cannot be asked: whether anything changed is not known then."""
    return {(w.service.name, w.platform): w for w in _workloads(project, find)}


def _workloads(project: Project, find: FindImage) -> Iterator[Workload]:
    for service in project.services:
        targets = project.placement.get(service.name, ())
        platforms = {PLATFORMS[project.target(name).arch] for name in targets}
        for platform in sorted(platforms):
            yield _workload(project, service, platform, find)


def _workload(project: Project, service: Service, platform: str, find: FindImage) -> Workload:
    if service.build is not None:
        source = f"build:{context_digest(service.build, platform)}"
        return Workload(service, platform, source, config_hash(service, source), "build")
    source = service.image or ""
    if project.deliver != "direct":
        return Workload(service, platform, source, config_hash(service, source), "pull")
    found = find(source)
    if found is not None and found.platform == platform:
        # By content, not by name: a tag moves with every build. When the image is not here
        # the name stays, and fetching it says what is missing.
        source = found.id
    return Workload(service, platform, source, config_hash(service, source), "local")
