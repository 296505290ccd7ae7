"""Everything of one environment on a machine's Engine: removed, and nothing else.

Containers, networks and volumes are known by their labels. Images are known by a list that
was kept as they came (`operations/put_there.py`): one that was there before us stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from orchestrator.engine.client import DockerApi
from orchestrator.engine.containers import list_containers, remove, stop
from orchestrator.engine.errors import ConflictError, NotThereError
from orchestrator.engine.labels import Scope
from orchestrator.engine.networks import remove_networks
from orchestrator.engine.volumes import remove_volumes


def remove_everything(engine: DockerApi, scope: Scope, images: Iterable[str]) -> tuple[str, ...]:
    """Stop and remove the environment's containers, then its networks, volumes and, of
    `images`, those that nothing else uses. Names what went. Calling it again is safe. Raises
    EngineError."""
    gone: list[str] = []
    for container in list_containers(engine, scope.project, scope.environment):
        # With its own signal and time first: what it writes at its end may be in a volume
        # that another one serves from.
        with suppress(NotThereError):
            stop(engine, container.id)
        if remove(engine, container.id):
            gone.append(f"container {container.name}")
    gone += [f"network {name}" for name in remove_networks(engine, scope)]
    gone += [f"volume {name}" for name in remove_volumes(engine, scope)]
    gone += [f"image {name}" for name in images if _remove_image(engine, name)]
    return tuple(gone)


def _remove_image(engine: DockerApi, name: str) -> bool:
    """Take the name from an image, and with its last name the image. False when it is not
    there, or when a container of somebody else uses it."""
    try:
        with engine.calling(f"remove image {name}"):
            engine.api.remove_image(name)
    except (NotThereError, ConflictError):
        return False
    return True
