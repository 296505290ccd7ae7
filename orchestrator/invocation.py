"""What the user asked for, apart from the command's own arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from orchestrator.errors import ExitCode, LongshoreError

PROJECT_FILE = "longshore.yaml"


@dataclass(frozen=True)
class Invocation:
    """The options that every command has. Plain data: it knows nothing of the terminal."""

    command: str = ""
    output: Literal["text", "json"] = "text"
    yes: bool = False
    """Answer every question with yes."""
    environment: str | None = None
    file: Path = Path(PROJECT_FILE)
    """The project file. As given until `with_project_file` has found it."""
    sandbox: bool = False
    """Use the clouds on this machine instead of the real ones."""
    in_person: Callable[[str], bool] | None = field(default=None, repr=False, compare=False)
    """Asks a person what only a person can say, whatever `yes` says; None where there is no
    terminal to ask on."""

    def with_project_file(self) -> Invocation:
        """Return this with the project file found: the one given, or the first
        `longshore.yaml` from the current directory upwards. Raises LongshoreError (bad
        input) when there is none."""
        if self.file != Path(PROJECT_FILE):
            return self
        here = Path.cwd()
        for directory in (here, *here.parents):
            if (found := directory / PROJECT_FILE).is_file():
                return replace(self, file=found)
        raise LongshoreError(
            f"no {PROJECT_FILE} in {here} or above it",
            advice="write one with `longshore init`, or name one with --file",
            exit_code=ExitCode.BAD_INPUT,
        )
