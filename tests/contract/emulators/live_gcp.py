"""Google's own Compute Engine."""

from __future__ import annotations

from typing import ClassVar

from tests.contract.emulators import Facts
from tests.contract.emulators.gce import FACTS
from tests.contract.emulators.live import Live


class LiveGcp(Live):
    """In the project that the default chain names."""

    facts: ClassVar[Facts] = FACTS
    minutes: ClassVar[float] = 2.0
