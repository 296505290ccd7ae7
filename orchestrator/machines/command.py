"""A remote command as data, quoted in one place, and what came of it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field

from orchestrator.errors import LongshoreError
from orchestrator.machines.endpoint import Endpoint

DEADLINE = 60.0
"""Seconds a command may take unless it says otherwise."""
GRACE = 1.0
"""Seconds after a command's deadline until the machine itself ends it."""
OUTPUT_LIMIT = 8 * 1024 * 1024
"""Bytes kept in memory of each of stdout and stderr; what comes earlier is dropped."""
MASK = "********"
SHOWN_LINES = 12
"""Last lines of output that an error shows."""


@dataclass(frozen=True)
class Command:
    """An argument vector for a machine. `deadline` in seconds.

    `sudo` runs it as root, without a prompt. Secrets belong in `stdin`, never in `argv`;
    `secrets` are masked wherever the command or its output is shown.
    """

    argv: tuple[str, ...]
    deadline: float = DEADLINE
    stdin: bytes = field(default=b"", repr=False)
    sudo: bool = False
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    output_limit: int = OUTPUT_LIMIT

    @property
    def line(self) -> str:
        """The line for the remote shell: the only place where arguments are quoted.

        The machine keeps the deadline too, a little later, with `timeout`: what runs there
        ends even when the connection is lost, and even as root.
        """
        return self._quoted(("timeout", "-k", "5", f"{self.deadline + GRACE:g}"))

    @property
    def line_without_deadline(self) -> str:
        """As `line`, for a command that is to run as long as its channel is open."""
        return self._quoted(())

    @property
    def shown(self) -> str:
        """The line for people: one line, secrets masked, long scripts cut."""
        line = " ".join(self.masked(self.line_without_deadline).split())
        return line if len(line) <= 160 else f"{line[:157]}..."

    def _quoted(self, guard: tuple[str, ...]) -> str:
        prefix = ("sudo", "-n", "--") if self.sudo else ()
        return shlex.join((*prefix, *guard, *self.argv))

    def masked(self, text: str) -> str:
        """`text` with every secret replaced, the longest first."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            if secret:
                text = text.replace(secret, MASK)
        return text


@dataclass(frozen=True)
class Completed:
    """A command that ended. `status` is -1 when the server reported none (a signal).

    `dropped` counts the bytes of early output that no longer fitted in memory.
    """

    endpoint: Endpoint
    command: Command
    status: int
    stdout: bytes = field(repr=False)
    stderr: bytes = field(repr=False)
    seconds: float
    dropped: int = 0

    @property
    def text(self) -> str:
        """Standard output as text; bytes that are not UTF-8 are replaced."""
        return self.stdout.decode(errors="replace")

    def check(self) -> Completed:
        """Self, or CommandFailed when the status is not 0."""
        if self.status != 0:
            raise CommandFailed(self)
        return self


class CommandFailed(LongshoreError):
    """A command ended with a status other than 0; carries it whole."""

    def __init__(self, completed: Completed, *, advice: str = "") -> None:
        self.completed = completed
        command = completed.command
        how = "was ended by a signal" if completed.status < 0 else f"exit {completed.status}"
        super().__init__(
            f"{completed.endpoint}: `{command.shown}`: {how}{_tail(completed)}", advice=advice
        )


class CommandTimeout(LongshoreError):
    """A command ran past its deadline and its channel was closed; carries what it had
    printed until then (`partial.status` is -1)."""

    def __init__(self, partial: Completed) -> None:
        self.partial = partial
        command = partial.command
        super().__init__(
            f"{partial.endpoint}: `{command.shown}` did not end within "
            f"{command.deadline:g} s{_tail(partial)}",
            advice="the machine may be overloaded or waiting for something; try again",
        )


def _tail(completed: Completed) -> str:
    output = completed.stderr.strip() or completed.stdout.strip()
    lines = completed.command.masked(output.decode(errors="replace")).splitlines()[-SHOWN_LINES:]
    return "".join(f"\n  {line}" for line in lines)
