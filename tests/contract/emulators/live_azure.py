"""Azure itself."""

from __future__ import annotations

from typing import ClassVar

from tests.contract.emulators import Facts
from tests.contract.emulators.arm import FACTS
from tests.contract.emulators.live import Live


class LiveAzure(Live):
    """In the subscription that AZURE_SUBSCRIPTION_ID or `az` names."""

    facts: ClassVar[Facts] = FACTS
    minutes: ClassVar[float] = 10.0
    """Peers' users report 350 s to create one, and 245 s to remove it."""
