"""Asking one machine what it runs: two questions on one connection."""

from __future__ import annotations

from orchestrator.engine.containers import list_containers
from orchestrator.engine.errors import EngineUnreachableError
from orchestrator.machines.command import Command
from orchestrator.machines.errors import ChannelRefused
from orchestrator.machines.render import stamp_path
from orchestrator.operations.fleet import Fleet
from orchestrator.operations.name_machines import markers
from orchestrator.operations.neighbours import say_hosts
from orchestrator.planning.look import Inside
from providers.contract.types import Owner

PARTING = "-- longshore --"
LOOK = r"""
cat "$1" 2> /dev/null
printf '\n%s\n' "$4"
sed -n "\|^$2\$|,\|^$3\$|p" /etc/hosts
"""
"""The stamp, and the block that names the neighbours; one round trip."""


def inspect_machine(fleet: Fleet, line: str, owner: Owner) -> Inside:
    """What runs on the connected machine on `line`, and which playbook has been through.
    One without a working Engine has nothing, and is for the playbook to mend. Raises
    LongshoreError when a question got no answer."""
    stamp, hosts = _read(fleet.connection(line).run(_look(owner)).text)
    try:
        containers = list_containers(fleet.engine(line), owner.project, owner.environment)
    except (EngineUnreachableError, ChannelRefused):
        return Inside(engine=False, stamp=stamp, hosts=hosts)
    return Inside(engine=True, stamp=stamp, containers=containers, hosts=hosts)


def _look(owner: Owner) -> Command:
    arguments = (stamp_path("docker"), *markers(owner), PARTING)
    return Command(("sh", "-c", LOOK, "sh", *arguments), deadline=10)


def _read(said: str) -> tuple[str, str]:
    stamp, _, block = said.partition(f"\n{PARTING}\n")
    lines = [line.split() for line in block.splitlines() if not line.startswith("#")]
    return stamp.strip(), say_hosts(tuple((line[1], line[0]) for line in lines if len(line) > 1))
