"""The making of a machine: found by its token, or created, and waited for until it runs.

The VM's name is the token, so Azure itself holds on to it: it is read before it is written,
and the write says `If-None-Match: *`, so that of two at the same moment one makes it and the
other finds it.
"""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.azure.addresses import interface_ids, read_addresses
from providers.azure.burial import bury, leave_nothing
from providers.azure.calls import Calls
from providers.azure.error_table import PROVISIONING_TIMEOUT, STILLBORN, TERMS_NOT_ACCEPTED
from providers.azure.errors import PROVIDER, Refusal, refused
from providers.azure.group import working_group
from providers.azure.images import runs_trusted, terms_advice
from providers.azure.instances import (
    Addresses,
    failure_of,
    is_newborn,
    provisioning,
    state_of,
    statuses_of,
    to_machine,
)
from providers.azure.names import machine_name
from providers.azure.operations import ATTEMPTS, Outcome, Started, finish, outcome, start
from providers.azure.sizes import Sizes
from providers.azure.vm_reads import GET, check, find_vm
from providers.azure.vm_request import vm_body
from providers.contract.classify import AlreadyDone
from providers.contract.errors import (
    AuthError,
    CapacityError,
    CloudError,
    DeadlineError,
    ThrottledError,
    TransientError,
)
from providers.contract.retry import Retry
from providers.contract.types import CloudMachine, MachineRequest
from providers.contract.waiting import Deadline

if TYPE_CHECKING:
    from azure.mgmt.compute.models import VirtualMachine

CREATE = "virtualMachines.createOrUpdate"

OTHER_PROPERTIES = "PropertyChangeNotAllowed"
"""There is a machine of the name, made otherwise: it is somebody's, and stays."""

START_PAUSE = 1.0
"""Seconds between the first looks at a machine that is made; it takes Azure half a minute."""

SSH_PORT = 22
PROBE_SECONDS = 5.0


class _Stillborn(Exception):
    """A machine that was accepted and failed for a reason that passes; it is gone by now."""

    def __init__(self, error: CloudError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True)
class Birth:
    """The making of one machine."""

    calls: Calls
    sizes: Sizes
    request: MachineRequest
    limit: Deadline

    @property
    def group(self) -> str:
        return working_group(self.calls, self.request.owner)

    @property
    def name(self) -> str:
        return machine_name(self.request.token)

    def run(self) -> CloudMachine:
        """Converge; a machine that failed for a reason that passes is made a second time."""
        try:
            return self._converge()
        except _Stillborn as first:
            self._tell_again(first.error)
        try:
            return self._converge()
        except _Stillborn as second:
            error = second.error
            if error.code not in STILLBORN:
                raise error from None
            raise CapacityError(
                f"the machine was made twice and did not start: {error.message}",
                provider=PROVIDER,
                operation=error.operation,
                code=error.code,
                request_id=error.request_id,
                advice=error.advice,
            ).widen("zone") from error

    def _converge(self) -> CloudMachine:
        found = self._find()
        if found is not None and self._is_in_the_way(found):
            self._tell_again(self._why(found, None))
            bury(self.calls, found, self.request.owner)
            found = None
        started = self._create() if found is None else None
        return self._wait(found, started)

    def _tell_again(self, error: CloudError) -> None:
        """Say that it is made anew, and why."""
        reason = f"{error.code} {error.message}".strip()
        self.calls.on_retry(Retry(PROVIDER, CREATE, reason, 1, 0.0))

    def _is_in_the_way(self, vm: VirtualMachine) -> bool:
        """Whether it is one that failed, or is going: neither will ever run."""
        return provisioning(vm) == "Deleting" or state_of(vm, statuses_of(vm)) == "failed"

    def _find(self) -> VirtualMachine | None:
        found = find_vm(self.calls, self.group, self.name, policy=self.limit.policy())
        if found is not None:
            check(found, self.request.token, self.request.owner)
        return found

    def _create(self) -> Started | None:
        """Send the request. None when the machine was there by then.

        Refused for good, it leaves nothing, and to be sure of that it is looked for.
        """
        size = self.sizes.find(self.request.type)
        trusted = (size is None or size.trusted) and runs_trusted(self.calls, self.request.image.id)
        body = vm_body(self.request, trusted=trusted)

        def begin(how: object) -> object:
            from azure.core import MatchConditions

            return self.calls.clients.compute.virtual_machines.begin_create_or_update(
                self.group,
                self.name,
                body,
                match_condition=MatchConditions.IfMissing,
                polling=how,
            )

        try:
            return start(
                self.calls,
                CREATE,
                "create",
                begin,  # type: ignore[arg-type]
                deadline=self.limit,
                born=self.calls.born(self.request.subnet, self.request.firewall),
            )
        except AlreadyDone:
            return None
        except (ThrottledError, TransientError, AuthError):
            raise  # It may be sent again, or was never let in.
        except CloudError as error:
            if error.code in TERMS_NOT_ACCEPTED:
                error.advice = terms_advice(self.request.image.id)
            if error.code != OTHER_PROPERTIES:
                leave_nothing(self.calls, self.group, self.request, error)
            raise

    def _wait(self, found: VirtualMachine | None, started: Started | None) -> CloudMachine:
        """Poll until it runs and has a public address."""
        addresses = Addresses()
        asked_to_start = seen = False
        wait = started.retry_after if started is not None else 0.0

        def rest(seconds: float) -> None:
            self.calls.pause(min(max(seconds, wait), self.limit.remaining))

        polls = self.limit.polls(rest, first=START_PAUSE)
        if found is None and wait:
            next(polls)
        for _ in polls:
            vm = found
            found = None
            if vm is None:
                try:
                    vm = self._find()
                except (ThrottledError, TransientError):
                    break  # its policy gives up at the deadline only
            wait = 0.0
            if vm is None:
                self._check_going(started, seen)
                continue
            seen = True
            if addresses.public is None and interface_ids(vm):
                addresses = read_addresses(self.calls, vm)
            if provisioning(vm) == "Failed" and is_newborn(vm):
                return self._failed(vm, addresses, started)
            machine = to_machine(vm, self.request.region, addresses)
            if machine.state == "running" and machine.address:
                return machine
            if machine.state == "stopped" and not asked_to_start:
                # Stopped by someone since: the machine is wanted, so it is started again.
                asked_to_start = True
                self._start()
        raise DeadlineError(
            f"machine {self.name} does not run with a public address, and the time to wait for "
            "it is over",
            provider=PROVIDER,
            operation=GET,
            advice="run again to go on with this machine",
        )

    def _check_going(self, started: Started | None, seen: bool) -> None:
        """The machine does not show. Fine while its making goes on, else say what became of
        it. Spot machines are deleted when Azure wants them back: it has no room for them."""
        stands = outcome(self.calls, started) if started and started.url else Outcome(over=seen)
        if stands.error is not None:
            leave_nothing(self.calls, self.group, self.request, stands.error)
            raise self._final(stands.error)
        if stands.over and self.request.market == "spot":
            raise CapacityError(
                f"spot machine {self.name} was taken back while it was made",
                provider=PROVIDER,
                operation=GET,
            ).widen("zone")
        if stands.over:
            raise TransientError(
                f"machine {self.name} was deleted while it was made",
                provider=PROVIDER,
                operation=GET,
                advice="run again to make it anew",
            )

    def _failed(
        self, vm: VirtualMachine, addresses: Addresses, started: Started | None
    ) -> CloudMachine:
        """A machine in `Failed`: removed with all its parts before the error leaves, unless
        only the report of its guest system is missing and it answers."""
        error = self._why(vm, started)
        if error.code == PROVISIONING_TIMEOUT and _answers(addresses.public):
            return to_machine(vm, self.request.region, addresses)
        bury(self.calls, vm, self.request.owner, because=error)
        raise self._final(error)

    def _final(self, error: CloudError) -> Exception:
        """What to raise for a making that failed and left nothing: `run` tries again if the
        error passes."""
        passes = isinstance(error, (ThrottledError, TransientError))
        return _Stillborn(error) if passes else error

    def _why(self, vm: VirtualMachine, started: Started | None) -> CloudError:
        """The operation knows best; the machine's own status knows after a restart of ours."""
        if provisioning(vm) == "Deleting":
            return TransientError(
                "the machine of an earlier try is still being deleted",
                provider=PROVIDER,
                operation=CREATE,
            )
        if started is not None and started.url:
            error = outcome(self.calls, started).error
            if error is not None:
                return error
        code, message = failure_of(statuses_of(vm))
        return refused([Refusal(code, message)], 200, CREATE, "create")

    def _start(self) -> None:
        started = start(
            self.calls,
            "virtualMachines.start",
            "create",
            lambda how: self.calls.clients.compute.virtual_machines.begin_start(
                self.group, self.name, polling=how
            ),
            deadline=self.limit,
            attempts=ATTEMPTS,
        )
        finish(self.calls, started, self.limit, f"machine {self.name}")


def _answers(address: str | None) -> bool:
    """Whether something listens where SSH should."""
    if address is None:
        return False
    with contextlib.suppress(OSError):
        socket.create_connection((address, SSH_PORT), PROBE_SECONDS).close()
        return True
    return False
