"""The one error of the sandbox."""

from __future__ import annotations


class SandboxError(Exception):
    """The sandbox cannot do what was asked; `advice` is the command or change that helps."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message}\n{self.advice}" if self.advice else self.message
