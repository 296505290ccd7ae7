"""ARM as a web application."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass

from providers.sandbox.arm.console import Consoles
from providers.sandbox.arm.dialect import Arm
from providers.sandbox.arm.settings import Settings
from providers.sandbox.arm.tokens import Tokens
from providers.sandbox.arm.world import World
from providers.sandbox.exchange import ExchangeLog
from providers.sandbox.faults import FaultQueue
from providers.sandbox.hosts import Hosts
from providers.sandbox.http import Application
from providers.sandbox.rest.application import RestApplication
from providers.sandbox.rest.recorder import Recorder

SPACE = uuid.UUID("5a1db0c5-0000-4000-8000-000000000000")


@dataclass(frozen=True)
class Account:
    """Whose cloud it is: ids that follow from the sandbox's own, and the key of its tokens."""

    subscription: str
    tenant: str
    principal: str
    key: bytes

    @property
    def tokens(self) -> Tokens:
        """What makes and checks access tokens."""
        return Tokens(self.tenant, self.principal, self.key)


def account_of(sandbox: str, key: bytes) -> Account:
    """The account of a sandbox, the same each time."""
    subscription, tenant, principal = (
        str(uuid.uuid5(SPACE, f"{sandbox}/{what}"))
        for what in ("subscription", "tenant", "principal")
    )
    return Account(subscription, tenant, principal, key)


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
