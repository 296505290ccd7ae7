"""The bridge network that the containers of one environment share on a machine."""

from __future__ import annotations

from orchestrator.engine.client import DockerApi, Engine
from orchestrator.engine.errors import ConflictError, NotThereError
from orchestrator.engine.foreign import refuse_anothers
from orchestrator.engine.labels import Scope


def ensure_network(engine: Engine, scope: Scope) -> bool:
    """Make the network unless it is there. True when it was made; calling again is safe,
    from several threads too. Raises EngineError: ConflictError where it is another
    environment's.

    One at a time on each machine: an Engine that is asked twice at the same moment makes
    two networks of one name, whatever `check_duplicate` says, and starts no container in
    either ("ambiguous").
    """
    with engine.making:
        return _ensure(engine, scope)


def _ensure(engine: DockerApi, scope: Scope) -> bool:
    with engine.calling(f"look for network {scope.network}"):
        found = engine.api.networks(names=[scope.network])
    # The filter matches parts of names as well.
    for network in found:
        if network["Name"] == scope.network:
            refuse_anothers(engine, scope, f"network {scope.network}", network.get("Labels"))
            return False
    try:
        with engine.calling(f"create network {scope.network}"):
            engine.api.create_network(
                scope.network, driver="bridge", check_duplicate=True, labels=scope.labels
            )
    except ConflictError:
        return False
    return True


def remove_networks(engine: DockerApi, scope: Scope) -> tuple[str, ...]:
    """Remove the environment's networks; returns their names. Containers must be gone."""
    with engine.calling("list networks"):
        found = engine.api.networks(filters={"label": scope.label_filter})
    removed: list[str] = []
    for network in found:
        try:
            with engine.calling(f"remove network {network['Name']}"):
                engine.api.remove_network(network["Id"])
        except NotThereError:
            continue
        removed.append(network["Name"])
    return tuple(sorted(removed))
