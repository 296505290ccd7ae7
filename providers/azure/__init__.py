"""Azure virtual machines behind the provider contract.

`create` is the entry point. Nothing here imports the SDK until a call needs it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from providers.contract.retry import OnRetry, Pause, ignore_retry
from providers.contract.types import ProviderSettings

if TYPE_CHECKING:
    from providers.contract.provider import Provider


def create(
    settings: ProviderSettings,
    region: str,
    on_retry: OnRetry = ignore_retry,
    *,
    pause: Pause = time.sleep,
) -> Provider:
    """An Azure provider for one region (see `ProviderFactory`). Makes no call and does not
    import the SDK."""
    from providers.azure.adapter import AzureProvider

    return AzureProvider(settings, region, on_retry, pause)
