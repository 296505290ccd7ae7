"""The real clouds, as emulators that can do nothing but be asked.

Credentials, project and subscription are whatever the SDK's default chain finds. `minutes` is how
long one machine takes from being asked for to being gone, by what users of other tools report;
there are no prices here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from providers.contract.provider import Provider, provider_factory
from providers.contract.retry import OnRetry
from providers.contract.types import ProviderSettings
from tests.contract.emulators import Bare, Can, Facts
from tests.contract.emulators.ec2 import Ec2

LIVE: Mapping[str, str] = {
    "aws": "tests.contract.emulators.live:LiveAws",
    "gcp": "tests.contract.emulators.live_gcp:LiveGcp",
    "azure": "tests.contract.emulators.live_azure:LiveAzure",
}


class LiveAws(Ec2):
    """Amazon EC2, wherever AWS_ENDPOINT_URL or the SDK's own default leads."""

    minutes: ClassVar[float] = 1.5

    def __init__(self) -> None:
        super().__init__(None)


class Live(Bare):
    """A cloud that is only asked: nobody acts beside the adapter."""

    facts: ClassVar[Facts]
    can: ClassVar[frozenset[Can]] = frozenset()

    def provider(self, on_retry: OnRetry, echo_url: str | None = None) -> Provider:
        settings = ProviderSettings(self.facts.name, echo_url=echo_url)
        return provider_factory(self.facts.name)(settings, self.facts.region, on_retry)
