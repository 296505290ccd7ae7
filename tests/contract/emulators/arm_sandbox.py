"""The sandbox's Azure, with a real machine behind every VM."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from tests.contract.emulators import Can, Facts
from tests.contract.emulators.arm import FACTS, AzureCloud
from tests.contract.emulators.sandbox_service import SandboxService

MANAGEMENT = "https://management.azure.com/"


class ArmSandbox(AzureCloud):
    """The Azure of a sandbox of its own."""

    facts: ClassVar[Facts] = replace(
        FACTS, images=tuple(image for image in FACTS.images if image[1] == "x86_64")
    )
    # Faults strike in this process, where the same emulator has no machines to wait for.
    can: ClassVar[frozenset[Can]] = frozenset({"calls", "outside"})
    machines_are_real: ClassVar[bool] = True

    def __init__(self) -> None:
        self._sandbox = SandboxService("arm")
        environ = self._sandbox.environ
        super().__init__(
            environ["LONGSHORE_AZURE_ENDPOINT"],
            environ["AZURE_SUBSCRIPTION_ID"],
            environ["LONGSHORE_AZURE_CA"],
            lambda: managed_identity(environ),
        )

    def calls(self) -> list[str]:
        return [action for action, _ in self._sandbox.log()]

    def changes(self) -> list[str]:
        return [action for action, changes in self._sandbox.log() if changes]

    def close(self) -> None:
        self._sandbox.close()


def managed_identity(environ: Mapping[str, str]) -> str:
    """A token, asked for as App Service's managed identities are."""
    query = urllib.parse.urlencode({"api-version": "2019-08-01", "resource": MANAGEMENT})
    request = urllib.request.Request(
        f"{environ['IDENTITY_ENDPOINT']}?{query}",
        headers={"X-IDENTITY-HEADER": environ["IDENTITY_HEADER"]},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(json.load(answer)["access_token"])
