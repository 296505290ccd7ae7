"""Asking one machine what it runs: two questions on one connection."""

from __future__ import annotations

from orchestrator.engine.containers import list_containers
from orchestrator.engine.errors import EngineUnreachableError
from orchestrator.machines.command import Command
from orchestrator.machines.errors import ChannelRefused
from orchestrator.machines.render import stamp_path
from orchestrator.operations.fleet import Fleet
from orchestrator.planning.look import Inside
from providers.contract.types import Owner

STAMP = Command(("cat", stamp_path("docker")), deadline=10)


def inspect_machine(fleet: Fleet, line: str, owner: Owner) -> Inside:
    """What runs on the connected machine on `line`, and which playbook has been through.
    One without a working Engine has nothing, and is for the playbook to mend. Raises
    LongshoreError when a question got no answer."""
    stamp = fleet.connection(line).run(STAMP).text.strip()
    try:
        containers = list_containers(fleet.engine(line), owner.project, owner.environment)
    except (EngineUnreachableError, ChannelRefused):
        return Inside(engine=False, stamp=stamp)
    return Inside(engine=True, stamp=stamp, containers=containers)
