"""ARM as a web application."""

from __future__ import annotations

import threading

from providers.sandbox.arm.account import Account
from providers.sandbox.arm.console import Consoles
from providers.sandbox.arm.dialect import Arm
from providers.sandbox.arm.settings import Settings
from providers.sandbox.arm.world import World
from providers.sandbox.exchange import ExchangeLog
from providers.sandbox.faults import FaultQueue
from providers.sandbox.hosts import Hosts
from providers.sandbox.http import Application
from providers.sandbox.rest.application import RestApplication
from providers.sandbox.rest.recorder import Recorder


def build_arm(
    hosts: Hosts,
    account: Account,
    log: ExchangeLog,
    faults: FaultQueue,
    recorder: Recorder,
    settings: Settings | None = None,
) -> Application:
    """The API with machines from `hosts`. `settings` may be changed while it runs."""
    lock = threading.RLock()
    world = World(
        account.subscription,
        account.tenant,
        hosts,
        lock,
        account.tokens,
        settings=settings or Settings(),
    )
    return Consoles(world, RestApplication(Arm(world), lock, log, faults, recorder))
