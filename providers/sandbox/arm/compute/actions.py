"""What can be done with a virtual machine beside making and removing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.compute.machines import Machines
from providers.sandbox.arm.compute.power import Power
from providers.sandbox.arm.compute.quota import check_cores, is_spot
from providers.sandbox.arm.compute.sizes import find_size
from providers.sandbox.arm.console import console_link
from providers.sandbox.arm.document import Document, at
from providers.sandbox.arm.operations import Failure, Operation
from providers.sandbox.arm.polling import COMPUTE, accepted
from providers.sandbox.arm.refusals import busy_compute, refuse
from providers.sandbox.arm.store import Record
from providers.sandbox.arm.world import World
from providers.sandbox.faults import Fault
from providers.sandbox.rest.message import RestAnswer

Act = Callable[[Call, Record], RestAnswer]
Work = Callable[[Record, Operation], None]


class Actions:
    """POST .../virtualMachines/{name}/{action}."""

    def __init__(self, world: World, machines: Machines, power: Power) -> None:
        self._world = world
        self._machines = machines
        self._power = power

    def table(self) -> Iterable[tuple[str, Act]]:
        """Every action by its name."""
        return (
            ("start", self._start),
            ("powerOff", self._power_off),
            ("deallocate", self._deallocate),
            ("restart", self._restart),
            ("retrieveBootDiagnosticsData", self._console),
            ("simulateEviction", self._evict),
        )

    def _start(self, call: Call, record: Record) -> RestAnswer:
        self._check(record)
        size = find_size(str(at(record.properties, "hardwareProfile", "vmSize")))
        if record.power == "deallocated" and size is not None:
            check_cores(self._world, record.location, size, spot=is_spot(record.properties))
        zones = record.body.get("zones") or []
        fault = call.doom()
        if record.power == "deallocated":
            fault = fault or self._world.settings.shortage(record.location, zones)
        work = self._power.start if record.power in ("stopped", "deallocated") else None
        return self._change(call, record, "starting", "running", work, fault)

    def _power_off(self, call: Call, record: Record) -> RestAnswer:
        self._check(record)
        if record.power == "deallocated":
            return self._change(call, record, "deallocated", "deallocated", None, call.doom())
        work = self._power.stop if record.power == "running" else None
        return self._change(call, record, "stopping", "stopped", work, call.doom())

    def _deallocate(self, call: Call, record: Record) -> RestAnswer:
        self._check(record)
        work = self._power.stop if record.power == "running" else None
        return self._change(call, record, "deallocating", "deallocated", work, call.doom())

    def _restart(self, call: Call, record: Record) -> RestAnswer:
        self._check(record)
        if record.power != "running":
            raise refuse(
                409,
                "OperationNotAllowed",
                f"Operation 'restart' is not allowed on VM '{record.id.name}' since the VM is not "
                "running.",
            )
        return self._change(call, record, "running", "running", self._power.reboot, call.doom())

    def _console(self, call: Call, record: Record) -> RestAnswer:
        if not at(record.properties, "diagnosticsProfile", "bootDiagnostics", "enabled"):
            raise refuse(
                409,
                "OperationNotAllowed",
                f"Boot diagnostics is not enabled on VM '{record.id.name}'.",
            )
        document: Document = {
            "consoleScreenshotBlobUri": console_link(self._world, call, record, "screenshot"),
            "serialConsoleLogBlobUri": console_link(self._world, call, record, "serial"),
        }
        return RestAnswer(200, document)

    def _evict(self, call: Call, record: Record) -> RestAnswer:
        """Azure wants a spot machine back: it goes, or is deallocated, as its policy says."""
        self._check(record)
        if not is_spot(record.properties):
            raise refuse(
                409,
                "OperationNotAllowed",
                "Simulate eviction is supported for Azure Spot Virtual Machines only.",
            )
        if record.properties.get("evictionPolicy") == "Delete":
            self._machines.begin_delete(self._world, record, None)
        else:
            work = self._power.stop if record.power == "running" else None
            self._change(call, record, "deallocating", "deallocated", work, None)
        return RestAnswer(204)

    def _check(self, record: Record) -> None:
        if record.busy:
            raise busy_compute(record.id.name)
        if not record.machine:
            raise refuse(
                409,
                "OperationNotAllowed",
                f"The operation is not allowed on VM '{record.id.name}' since the VM failed to be "
                "made.",
            )

    def _change(
        self,
        call: Call,
        record: Record,
        meanwhile: str,
        after: str,
        work: Work | None,
        fault: Fault | None,
    ) -> RestAnswer:
        before = record.power

        def finish() -> None:
            record.state, record.power = "Succeeded", after
            record.touch()

        def fail(failure: Failure) -> None:
            record.state, record.power, record.failure = "Failed", before, failure
            record.touch()

        record.failure = None
        operation = record.operation = self._world.operations.begin(
            COMPUTE,
            record.location,
            takes=self._world.settings.change,
            fault=fault,
            finish=finish,
            fail=fail,
        )
        record.state, record.power = "Updating", meanwhile
        if work is not None and fault is None:
            operation.held = True
            work(record, operation)
        return accepted(self._world, call, operation)
