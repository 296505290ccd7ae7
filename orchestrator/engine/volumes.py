"""Named volumes of one environment on a machine."""

from __future__ import annotations

from orchestrator.engine.client import DockerApi
from orchestrator.engine.errors import NotThereError
from orchestrator.engine.foreign import refuse_anothers
from orchestrator.engine.labels import Scope


def ensure_volume(engine: DockerApi, scope: Scope, volume: str) -> None:
    """Make a named volume unless it is there; the Engine's create call does just that.
    `volume` is the name in the Compose file. Raises EngineError: ConflictError where it is
    another environment's, whose data are not ours to use."""
    name = scope.volume(volume)
    with engine.calling(f"create volume {name}"):
        found = engine.api.create_volume(name, labels=scope.labels)
    refuse_anothers(engine, scope, f"volume {name}", found.get("Labels"))


def list_volumes(engine: DockerApi, scope: Scope) -> tuple[str, ...]:
    """The Engine's names of the environment's volumes."""
    with engine.calling("list volumes"):
        found = engine.api.volumes(filters={"label": scope.label_filter})
    return tuple(sorted(str(volume["Name"]) for volume in found["Volumes"] or ()))


def remove_volumes(engine: DockerApi, scope: Scope) -> tuple[str, ...]:
    """Remove the environment's volumes with all they hold; returns their names. Raises
    ConflictError while a container uses one."""
    removed: list[str] = []
    for name in list_volumes(engine, scope):
        try:
            with engine.calling(f"remove volume {name}"):
                engine.api.remove_volume(name)
        except NotThereError:
            continue
        removed.append(name)
    return tuple(removed)
