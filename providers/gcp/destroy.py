"""Removing resources: ours only, idempotent, and back when they are really gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from providers.contract.classify import AlreadyDone
from providers.contract.errors import DeadlineError, TransientError
from providers.contract.types import Owner, Resource
from providers.contract.waiting import Deadline
from providers.gcp.behind import machines_behind
from providers.gcp.calls import Calls
from providers.gcp.client import CALL_SECONDS
from providers.gcp.errors import PROVIDER, invalid
from providers.gcp.firewall import LIST, delete_rule, read_rules, side_by_side
from providers.gcp.labels import check_owner
from providers.gcp.looking import find_address, find_disk, find_instance
from providers.gcp.names import locate
from providers.gcp.operations import finish

if TYPE_CHECKING:
    from google.cloud.compute_v1.types import compute


@dataclass(frozen=True)
class Removal:
    """The removal of one resource."""

    calls: Calls
    resource: Resource
    owner: Owner
    limit: Deadline

    def run(self) -> None:
        """Check whose it is against the API, remove it, wait until it is gone.

        What is gone already is fine. Raises ForeignResourceError when it does not carry the
        owner's labels now, whatever the caller's copy says; DeadlineError when it is still
        there, or still in use, at the deadline.
        """
        match self.resource.kind:
            case "machine":
                self._machine()
            case "disk":
                self._disk()
            case "address":
                self._address()
            case "firewall":
                self._firewall()
            case _:
                raise invalid(
                    f"Compute Engine has nothing of the kind {self.resource.kind!r}", "destroy", ""
                )

    @property
    def _what(self) -> str:
        return f"{self.resource.kind} {self.resource.id}"

    def _machine(self) -> None:
        """The boot disk and the address go with it, in the same operation."""
        zone, name = locate(self.resource.id)
        found = find_instance(self.calls, zone, name)

        def send() -> compute.Operation:
            return self.calls.clients.instances.delete_unary(
                project=self.calls.project,
                zone=zone,
                instance=name,
                retry=None,
                timeout=CALL_SECONDS,
            )

        if found is not None:
            self._remove(found.labels, "instances.delete", send)

    def _disk(self) -> None:
        zone, name = locate(self.resource.id)
        found = find_disk(self.calls, zone, name)

        def send() -> compute.Operation:
            return self.calls.clients.disks.delete_unary(
                project=self.calls.project,
                zone=zone,
                disk=name,
                retry=None,
                timeout=CALL_SECONDS,
            )

        if found is not None:
            self._remove(found.labels, "disks.delete", send)

    def _address(self) -> None:
        region, name = locate(self.resource.id)
        found = find_address(self.calls, name)

        def send() -> compute.Operation:
            return self.calls.clients.addresses.delete_unary(
                project=self.calls.project,
                region=region,
                address=name,
                retry=None,
                timeout=CALL_SECONDS,
            )

        if found is not None:
            self._remove(found.labels, "addresses.delete", send)

    def _firewall(self) -> None:
        """All rules of a target, once no machine is behind them any more: the cloud would let
        them go all the same, and networks let SSH in from everywhere. So the ones that keep it
        shut go last, too."""
        id = self.resource.id
        found = [
            rule
            for rule in read_rules(self.calls)
            if rule.name == id or rule.name.startswith(f"{id}-")
        ]
        for rule in found:
            check_owner(f"firewall rule {rule.name}", rule.tags, self.owner, LIST)
        if found:
            self._in_time("firewalls.delete", self._wait_until_unused)
        for action in ("allow", "deny"):
            side_by_side(
                [partial(self._rule, rule.name) for rule in found if rule.action == action]
            )

    def _wait_until_unused(self) -> None:
        def look() -> None:
            users = machines_behind(self.calls, self.owner, self.resource.id)
            if users:
                raise TransientError(
                    f"it is in use by {', '.join(users)}",
                    provider=PROVIDER,
                    operation="firewalls.delete",
                    code="resourceInUseByAnotherResource",
                )

        self.calls.retrying("firewalls.delete", look, policy=self.limit.policy())

    def _rule(self, name: str) -> None:
        with suppress(AlreadyDone):
            self._in_time("firewalls.delete", lambda: delete_rule(self.calls, name, self.limit))

    def _remove(
        self,
        labels: Mapping[str, str],
        operation: str,
        send: Callable[[], compute.Operation],
    ) -> None:
        """Delete, and see the operation through; again while it is in use or not ready, until
        the deadline; each retry is an event."""
        check_owner(self._what, labels, self.owner, operation)

        def attempt() -> None:
            started = self.calls.once(operation, "delete", send)
            finish(self.calls, started, operation=operation, phase="delete", limit=self.limit)

        with suppress(AlreadyDone):
            self._in_time(
                operation,
                lambda: self.calls.retrying(operation, attempt, policy=self.limit.policy()),
            )

    def _in_time(self, operation: str, remove: Callable[[], None]) -> None:
        """Remove it, or say at the deadline what stood in the way."""
        try:
            remove()
        except TransientError as error:
            raise self._too_late(operation, error) from error

    def _too_late(self, operation: str, error: TransientError) -> DeadlineError:
        return DeadlineError(
            f"{self._what} could not be removed in time: {error.message}",
            provider=PROVIDER,
            operation=operation,
            code=error.code,
            request_id=error.request_id,
            advice="see what still uses it, then run again",
        )
