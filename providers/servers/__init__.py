"""Servers that are there already, behind the provider contract.

`create` is the entry point. What is an API elsewhere is a root shell on each server here,
handed in with the settings: nothing in this package knows how a connection is made.
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
    """The provider of `settings.servers` (see `ProviderFactory`); `region` is only a word.
    Makes no call."""
    from providers.servers.adapter import ServersProvider

    return ServersProvider(settings, region, on_retry, pause)
