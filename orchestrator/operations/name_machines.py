"""Tell one machine the names of its neighbours: a block of /etc/hosts between two lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from orchestrator.machines.command import Command
from orchestrator.operations.context import Context
from orchestrator.operations.neighbours import Hosts, hosts_in, neighbour
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import PlannedChange
from providers.contract.types import Owner

WRITE_DEADLINE = 30.0

# Only a block that is whole is taken out: a lone first line would take the rest of the file
# along. The file appears whole under its name; where it is a mount (a machine that is a
# container) it cannot be replaced, only written.
SCRIPT = r"""
set -eu
begin=$1 end=$2
new=$(mktemp /etc/.hosts.longshore.XXXXXX)
trap 'rm -f "$new"' EXIT
if grep -qxF "$begin" /etc/hosts && grep -qxF "$end" /etc/hosts; then
  awk -v begin="$begin" -v end="$end" \
    '$0 == begin { inside = 1 } !inside { print } $0 == end { inside = 0 }' /etc/hosts > "$new"
else
  awk '{ print }' /etc/hosts > "$new"
fi
cat >> "$new"
if cmp -s "$new" /etc/hosts; then
  echo same
  exit 0
fi
chmod 644 "$new"
if grep -q ' /etc/hosts ' /proc/self/mountinfo; then
  cat "$new" > /etc/hosts
else
  mv -f "$new" /etc/hosts
  if command -v restorecon > /dev/null; then restorecon /etc/hosts; fi
fi
echo changed
"""


@dataclass(frozen=True, kw_only=True)
class NameMachines(Operation):
    """The block names every machine of the environment, by `us-1` and by
    `<project>-<environment>-us-1`. Without names it goes."""

    kind: ClassVar[str] = "names"

    name: str
    target: str
    named: tuple[str, ...]
    new: bool
    """Whether the machine is new: then this is a part of making it."""
    difference: str = ""

    @property
    def subject(self) -> str:
        return self.name

    @property
    def machine(self) -> str:
        return self.name

    @property
    def detail(self) -> str:
        return self.difference

    def describe(self) -> PlannedChange | None:
        if self.new:
            return None
        return PlannedChange("update", "names", self.name, self.target, self.name, self.difference)

    def apply(self, context: Context) -> bool:
        hosts = hosts_for(context, self.name, self.named)
        connection = context.fleet.connection(self.name)
        said = connection.run(write_block(context.owner, hosts)).check().text.split()
        return said[-1:] == ["changed"]


def hosts_for(context: Context, machine: str, named: Sequence[str]) -> Hosts:
    """What `machine` calls the machines of these names, once all of them are known."""
    if not named:
        return ()
    neighbours = [neighbour(name, context.results.machine(name)) for name in named]
    return hosts_in(context.results.machine(machine).place, neighbours)


def markers(owner: Owner) -> tuple[str, str]:
    """The lines around the block of one environment: a server may be in several."""
    what = f"{owner.project}/{owner.environment}"
    return f"# longshore: begin {what}", f"# longshore: end {what}"


def write_block(owner: Owner, hosts: Hosts) -> Command:
    """Make the block say exactly this; it says `changed` or `same`."""
    begin, end = markers(owner)
    lines = [f"{address} {name} {full_name(owner, name)}" for name, address in hosts]
    block = "".join(f"{line}\n" for line in (begin, *lines, end)) if lines else ""
    return Command(
        ("sh", "-c", SCRIPT, "sh", begin, end),
        deadline=WRITE_DEADLINE,
        stdin=block.encode("ascii"),
        sudo=True,
    )


def full_name(owner: Owner, machine: str) -> str:
    """The name that no other environment has."""
    return f"{owner.project}-{owner.environment}-{machine}"
