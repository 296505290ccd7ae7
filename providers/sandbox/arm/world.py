"""Everything that handlers share."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from providers.sandbox.arm.operations import Operations
from providers.sandbox.arm.refusals import group_goes
from providers.sandbox.arm.settings import Settings
from providers.sandbox.arm.store import Group, Store
from providers.sandbox.arm.tokens import Tokens
from providers.sandbox.firewall import Ingress
from providers.sandbox.hosts import Hosts

if TYPE_CHECKING:
    from providers.sandbox.arm.kind import Kind


@dataclass
class World:
    """The subscription, its resources, and the machines behind them."""

    subscription: str
    tenant: str
    hosts: Hosts
    lock: AbstractContextManager[Any]
    tokens: Tokens
    settings: Settings = field(default_factory=Settings)
    store: Store = field(default_factory=Store)
    clock: Callable[[], float] = time.monotonic
    operations: Operations = field(init=False)
    kinds: dict[str, Kind] = field(default_factory=dict)
    """Every type of tracked resource by its name."""
    tags: dict[str, str] = field(default_factory=dict)
    accepted: set[tuple[str, str, str]] = field(default_factory=set)
    """Marketplace terms that were accepted: publisher, offer and plan in lower case."""
    rules: dict[str, frozenset[Ingress]] = field(default_factory=dict)
    """The ingress rules that hold for each machine, by its id in the fleet."""

    def __post_init__(self) -> None:
        self.operations = Operations(self.clock)

    def group_to_write(self, name: str) -> Group:
        """The group, for a change in it. Raises RestRefusal when there is none or it goes."""
        group = self.store.need_group(name)
        if group.deleting is not None and not group.deleting.over:
            raise group_goes(group.name)
        return group
