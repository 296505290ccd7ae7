"""What can go wrong between a Dockerfile and an image on a machine."""

from __future__ import annotations

from typing import Literal

from orchestrator.errors import ExitCode, LongshoreError


class BuildError(LongshoreError):
    """An image could not be built. `step` is the build's own name for where it stopped,
    empty when it did not begin; `last_lines` what it wrote before."""

    def __init__(
        self, message: str, *, step: str = "", last_lines: tuple[str, ...] = (), advice: str = ""
    ) -> None:
        super().__init__(message, advice=advice)
        self.step = step
        self.last_lines = last_lines


class BuildKitMissingError(BuildError):
    """The Dockerfile needs BuildKit, and this machine has no buildx."""

    exit_code = ExitCode.BAD_INPUT


class PlatformError(LongshoreError):
    """An image is for another platform than the machine it should run on."""

    exit_code = ExitCode.BAD_INPUT


class DeliveryError(LongshoreError):
    """An image did not arrive on a machine, or not as it was sent. What ran there before
    is untouched."""


PullProblem = Literal["not found", "unauthorized", "unreachable", "timeout", "failed"]


class PullError(DeliveryError):
    """A machine could not pull a reference. `problem` says which kind, `words` what its
    Engine said."""

    def __init__(
        self, machine: str, reference: str, problem: PullProblem, words: str, *, advice: str = ""
    ) -> None:
        super().__init__(
            f"{machine}: cannot pull {reference}: {words}",
            advice=advice,
            exit_code=ExitCode.AUTH if problem == "unauthorized" else None,
        )
        self.machine = machine
        self.reference = reference
        self.problem = problem
        self.words = words
