"""A mistake in a file, and the error that carries all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import ExitCode, LongshoreError


@dataclass(frozen=True)
class Problem:
    """One mistake: where it is (line and column count from 1; line 0 means the file as a
    whole), under which key, what was expected there, and what to do about it."""

    file: Path
    line: int
    column: int
    key: str
    message: str
    advice: str = ""

    def __str__(self) -> str:
        where = self.file.name + (f":{self.line}:{self.column}: " if self.line else ": ")
        key = f"{self.key}: " if self.key else ""
        advice = f"; {self.advice}" if self.advice else ""
        return f"{where}{key}{self.message}{advice}"


class SpecError(LongshoreError):
    """The project cannot be understood; `problems` holds every mistake found, by position."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems without repetitions, the project file's first, then by position."""
    unique = dict.fromkeys(problems)
    files = list(dict.fromkeys(problem.file for problem in unique))
    return tuple(sorted(unique, key=lambda p: (files.index(p.file), p.line, p.column, p.key)))
