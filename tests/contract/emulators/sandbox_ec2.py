"""The sandbox as an emulator: the same EC2, with a real machine behind every instance."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from tests.contract.emulators import Can, Facts, Refusal, Verb
from tests.contract.emulators.ec2 import FACTS, Ec2
from tests.contract.emulators.sandbox_service import SandboxService


class SandboxEc2(Ec2):
    """The EC2 of a sandbox of its own."""

    # It has images for the machine it runs on only.
    facts: ClassVar[Facts] = replace(
        FACTS, images=tuple(image for image in FACTS.images if image[1] == "x86_64")
    )
    can: ClassVar[frozenset[Can]] = frozenset({"faults", "calls", "outside"})

    machines_are_real: ClassVar[bool] = True

    def __init__(self) -> None:
        self._sandbox = SandboxService("ec2")
        super().__init__(self._sandbox.environ["AWS_ENDPOINT_URL"])

    def refuse(
        self, verb: Verb, refusal: Refusal, *, times: int = 1, zone: str | None = None
    ) -> None:
        """EC2's faults know no zones: tests strike one at a time."""
        self._sandbox.refuse(self.facts.verbs[verb], refusal, times)

    def lose_answer(self, verb: Verb, *, times: int = 1) -> None:
        self._sandbox.lose_answer(self.facts.verbs[verb], times)

    def forget_faults(self) -> None:
        self._sandbox.forget_faults()

    def calls(self) -> list[str]:
        return [action for action, _ in self._sandbox.log()]

    def changes(self) -> list[str]:
        return [action for action, changes in self._sandbox.log() if changes]

    def close(self) -> None:
        self._sandbox.close()
