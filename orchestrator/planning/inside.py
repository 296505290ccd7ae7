"""Asking one machine what it runs."""

from __future__ import annotations

from orchestrator.engine.containers import list_containers
from orchestrator.engine.errors import EngineUnreachableError
from orchestrator.operations.fleet import Fleet
from orchestrator.planning.look import Inside
from providers.contract.types import Owner


def inspect_machine(fleet: Fleet, name: str, owner: Owner) -> Inside:
    """The containers on a connected machine; one without a working Engine has none, and
    is for the playbook to mend. Raises LongshoreError when the question got no answer."""
    try:
        containers = list_containers(fleet.engine(name), owner.project, owner.environment)
    except EngineUnreachableError:
        return Inside(engine=False)
    return Inside(engine=True, containers=containers)
