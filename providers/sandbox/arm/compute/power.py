"""The machines behind virtual machines: booted, stopped, started, removed, asked after.

What is asked of the fleet returns at once; the operation is held until the fleet says that it is
done, from a thread of its own or, where there are no machines to wait for, before it returns.
"""

from __future__ import annotations

from collections.abc import Callable

from providers.sandbox.arm.compute.attachments import primary_interface
from providers.sandbox.arm.compute.os_profile import seed_of
from providers.sandbox.arm.network.filter import interface_rules
from providers.sandbox.arm.network.references import MACHINES
from providers.sandbox.arm.operations import Failure, Operation
from providers.sandbox.arm.store import Record
from providers.sandbox.arm.world import World
from providers.sandbox.firewall import Ingress

UP = ("starting", "running")


class Power:
    """What the fleet asks of this API (`hosts.Register`), and what the API asks of the fleet.
    All but the Register's methods are called under the API's lock."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stale = False

    def rules(self, instance_id: str) -> frozenset[Ingress]:
        """The rules that hold; takes no lock, because the API waits for the fleet under it."""
        return self._world.rules.get(instance_id, frozenset())

    def expects_running(self, instance_id: str) -> bool:
        """Whether its machine should be up."""
        record = self._find(instance_id)
        return record is not None and record.power in UP

    def halted(self, instance_id: str) -> None:
        """It was switched off from inside: stopped, but paid for."""
        with self._world.lock:
            record = self._find(instance_id)
            if record is not None and record.power in UP:
                record.power = "stopped"

    def refresh(self) -> None:
        """Bring the rules to what the security groups say now."""
        rules: dict[str, frozenset[Ingress]] = {}
        for record in self._world.store.records(MACHINES):
            interface = primary_interface(self._world, record) if record.machine else None
            if interface is not None:
                rules[record.machine] = interface_rules(self._world, interface)
        self._stale = self._stale or rules != self._world.rules
        self._world.rules = rules

    def enforce(self) -> None:
        """Bring the rules to what the security groups say now and, where any changed since the
        last time, return when they are in force on every machine."""
        self.refresh()
        if self._stale:
            self._stale = False
            self._world.hosts.converge_firewalls()

    def boot(self, record: Record, operation: Operation, system: str) -> None:
        """Begin to boot the machine; the operation ends when it is up."""
        interface = primary_interface(self._world, record)
        assert interface is not None
        record.machine = f"vm-{record.guid.replace('-', '')[:17]}"
        record.power = "starting"
        self.refresh()
        self._world.hosts.boot(
            record.machine,
            interface.address,
            seed_of(record.properties),
            self._done(operation, "OSProvisioningInternalError"),
            register=self,
            image=self._world.hosts.images.reference(system, "cloud-init"),
        )

    def stop(self, record: Record, operation: Operation) -> None:
        """Shut the machine down."""
        self._world.hosts.stop(record.machine, self._done(operation, "InternalExecutionError"))

    def start(self, record: Record, operation: Operation) -> None:
        """Boot a stopped machine."""
        self._world.hosts.start(record.machine, self._done(operation, "VMStartTimedOut"))

    def reboot(self, record: Record, operation: Operation) -> None:
        """Boot a running machine again."""
        self._world.hosts.reboot(record.machine, self._done(operation, "VMStartTimedOut"))

    def remove(self, record: Record, operation: Operation) -> None:
        """Remove the machine."""
        self._world.hosts.remove(record.machine, self._done(operation, "InternalExecutionError"))

    def _done(self, operation: Operation, code: str) -> Callable[[str], None]:
        def done(problem: str) -> None:
            with self._world.lock:
                if problem:
                    operation.fail_with(Failure(code, problem))
                else:
                    operation.held = False

        return done

    def _find(self, instance_id: str) -> Record | None:
        for record in self._world.store.records(MACHINES):
            if record.machine == instance_id:
                return record
        return None
