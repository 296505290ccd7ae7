"""Yes or no, asked of a person at a terminal."""

from __future__ import annotations

import select
from typing import NoReturn, TextIO

from orchestrator.cancellation import Cancellation
from orchestrator.errors import ExitCode, LongshoreError

LOOK_EVERY = 0.1
"""Seconds between two looks at whether a stop was asked for while the question stands."""


def said_yes(question: str, source: TextIO, err: TextIO, cancel: Cancellation) -> bool:
    """Ask and return the answer; anything but yes is no. A person may take as long as
    they like, so there is no deadline; Interrupted is raised when a stop is asked for."""
    return _answer(f"{question} [y/N] ", source, err, cancel).lower() in ("y", "yes")


def said_the_word(question: str, source: TextIO, err: TextIO, cancel: Cancellation) -> bool:
    """As `said_yes`, for what nobody should agree to by habit: only the whole word counts."""
    return _answer(f"{question} [yes/no] ", source, err, cancel).lower() == "yes"


def _answer(prompt: str, source: TextIO, err: TextIO, cancel: Cancellation) -> str:
    err.write(prompt)
    err.flush()
    while not select.select([source], [], [], LOOK_EVERY)[0]:
        if cancel.requested:
            err.write("\n")
        cancel.check()
    return source.readline().strip()


def refuse_without_yes(question: str) -> NoReturn:
    """Raise the error for a question that nobody is there to answer."""
    raise LongshoreError(
        f"there is no terminal to ask on: {question}",
        advice="pass --yes to agree beforehand",
        exit_code=ExitCode.BAD_INPUT,
    )
