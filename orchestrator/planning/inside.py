"""Asking one machine what it runs: two questions on one connection."""

from __future__ import annotations

from orchestrator.engine.containers import list_containers
from orchestrator.engine.errors import EngineUnreachableError
from orchestrator.machines.command import Command
from orchestrator.machines.render import stamp_path
from orchestrator.operations.fleet import Fleet
from orchestrator.planning.look import Inside
from providers.contract.types import Owner

STAMP = Command(("cat", stamp_path("docker")), deadline=10)


def inspect_machine(fleet: Fleet, name: str, owner: Owner) -> Inside:
    """The containers on a connected machine, and which playbook has been through; one
    without a working Engine has none, and is for the playbook to mend. Raises
    LongshoreError when a question got no answer."""
    stamp = fleet.connection(name).run(STAMP).text.strip()
    try:
        containers = list_containers(fleet.engine(name), owner.project, owner.environment)
    except EngineUnreachableError:
        return Inside(engine=False, stamp=stamp)
    return Inside(engine=True, stamp=stamp, containers=containers)
