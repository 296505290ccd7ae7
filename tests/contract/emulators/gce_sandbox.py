"""The sandbox's Compute Engine, with a real machine behind every instance."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from tests.contract.emulators import Can, Facts, Refusal, Verb
from tests.contract.emulators.gce import FACTS, Gce
from tests.contract.emulators.sandbox_service import SandboxService


class GceSandbox(Gce):
    """The Compute Engine of a sandbox of its own."""

    facts: ClassVar[Facts] = replace(
        FACTS, images=tuple(image for image in FACTS.images if image[1] == "x86_64")
    )
    can: ClassVar[frozenset[Can]] = frozenset({"faults", "operations", "calls", "outside"})

    machines_are_real: ClassVar[bool] = True

    def __init__(self) -> None:
        self._sandbox = SandboxService("gce")
        environ = self._sandbox.environ
        super().__init__(environ["LONGSHORE_GCP_ENDPOINT"], environ["GOOGLE_CLOUD_PROJECT"])

    def refuse(
        self, verb: Verb, refusal: Refusal, *, times: int = 1, zone: str | None = None
    ) -> None:
        self._sandbox.refuse(self.facts.verbs[verb], refusal, times, zone)

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
