"""The real clouds, as emulators that can do nothing but be asked.

Their credentials are whatever the SDK finds. `minutes` is how long one machine takes from
being asked for to being gone, by what users of other tools report; there are no prices here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tests.contract.emulators.ec2 import Ec2

LIVE: Mapping[str, str] = {
    "aws": "tests.contract.emulators.live:LiveAws",
}


class LiveAws(Ec2):
    """Amazon EC2, wherever AWS_ENDPOINT_URL or the SDK's own default leads."""

    minutes: ClassVar[float] = 1.5

    def __init__(self) -> None:
        super().__init__(None)
