"""Every command: its name, where it lives, and its line in `longshore --help`.

The line is kept here so that the overview needs no command module: a new command is a new
module and one entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Entry:
    """One command. Its module has a click command called `command`."""

    name: str
    module: str
    help: str


COMMANDS: Final = (
    Entry("init", "init", "Write a commented longshore.yaml for this directory."),
    Entry("config", "config", "Print the resolved project; offline."),
    Entry("doctor", "doctor", "Look for whatever could stand in the way of `up`."),
    Entry("plan", "plan", "Print what would change; change nothing."),
    Entry("up", "up", "Make machines and containers what the project says."),
    Entry("status", "status", "Show the machines and what runs on them."),
    Entry("logs", "logs", "Print what the services write."),
    Entry("exec", "exec", "Run a command in a service's container."),
    Entry("ssh", "ssh", "Open a shell on a machine, or run a command there."),
    Entry("down", "down", "Take everything down, with nothing left behind."),
    Entry("sandbox", "sandbox", "The clouds on this machine, for rehearsals."),
    Entry("schema", "schema", "Print the JSON Schema of longshore.yaml."),
    Entry("version", "version", "Print the versions of Longshore and what it uses."),
)
