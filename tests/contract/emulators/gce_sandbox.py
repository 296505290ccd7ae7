"""The sandbox's Compute Engine, with a real machine behind every instance."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from tests.contract.emulators import Can, Facts
from tests.contract.emulators.gce import FACTS, Gce
from tests.contract.emulators.sandbox_service import SandboxService


class GceSandbox(Gce):
    """The Compute Engine of a sandbox of its own."""

    facts: ClassVar[Facts] = replace(
        FACTS, images=tuple(image for image in FACTS.images if image[1] == "x86_64")
    )
    # Faults strike in this process, where the same emulator has no machines to wait for.
    can: ClassVar[frozenset[Can]] = frozenset({"calls", "outside"})
    machines_are_real: ClassVar[bool] = True

    def __init__(self) -> None:
        self._sandbox = SandboxService("gce")
        environ = self._sandbox.environ
        super().__init__(environ["LONGSHORE_GCP_ENDPOINT"], environ["GOOGLE_CLOUD_PROJECT"])

    def calls(self) -> list[str]:
        return [action for action, _ in self._sandbox.log()]

    def changes(self) -> list[str]:
        return [action for action, changes in self._sandbox.log() if changes]

    def close(self) -> None:
        self._sandbox.close()
