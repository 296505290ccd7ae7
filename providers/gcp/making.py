"""The insert of one machine, seen through to its end, with nothing left when it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.contract.classify import AlreadyDone, build_error
from providers.contract.errors import (
    AuthError,
    CloudError,
    DeadlineError,
    PassingError,
    TokenSpentError,
    TransientError,
)
from providers.contract.types import MachineRequest, Resource, ResourceKind
from providers.contract.waiting import Deadline
from providers.gcp.calls import Calls
from providers.gcp.client import CALL_SECONDS
from providers.gcp.destroy import Removal
from providers.gcp.error_table import VANISHED
from providers.gcp.errors import PROVIDER
from providers.gcp.insert_request import insert_request
from providers.gcp.looking import ONCE, find_instance
from providers.gcp.names import located, machine_name
from providers.gcp.operations import OperationFailedError, attend

if TYPE_CHECKING:
    from google.cloud.compute_v1.types import compute

INSERT = "instances.insert"
ATTEMPTS = 8
"""Of one call before its error stands, when the deadline leaves time for so many."""

BURIAL = 120.0
"""Seconds to see what a failed insert left really gone."""


@dataclass
class Making:
    """One machine being made. `tries` counts operations that failed: a failed one is what its
    request id is answered with from then on, so each next try has an id of its own. The name
    keeps them from making two machines."""

    calls: Calls
    request: MachineRequest
    limit: Deadline
    tries: int = 0
    unsure: bool = False
    """A call was accepted, or its answer not seen: it may have had its effect."""
    replayed: bool = False
    """The operation was over in the answer itself: it is one that an earlier call began."""

    @property
    def name(self) -> str:
        return machine_name(self.request.token)

    def run(self) -> compute.Instance:
        """Insert, wait for the operation, read the machine.

        Raises what the insert ended in, when nothing of it is left; TokenSpentError when the
        token's machine has come and gone before; CapacityError when this one has.
        """
        policy = self.limit.policy(attempts=ATTEMPTS)
        try:
            found = self.calls.retrying(INSERT, self._try, policy=policy)
        except CloudError as error:
            if self._is_over(error):
                self._bury(error)
            raise
        if found is None:
            policy = self.limit.policy(attempts=ATTEMPTS)
            found = find_instance(self.calls, self.request.zone, self.name, policy=policy)
        if found is None:
            raise self.vanished()
        return found

    def _is_over(self, error: CloudError) -> bool:
        """Whether the try is over and may have left something. What was refused at the door
        has made nothing; what nobody saw the end of, the next call goes on with."""
        if isinstance(error, (DeadlineError, AuthError)):
            return False
        return self.tries > 0 or (self.unsure and not isinstance(error, PassingError))

    def vanished(self) -> CloudError:
        """Why a machine that was made is not there."""
        message = f"instance {self.name} was made and is gone"
        if self.replayed:
            return TokenSpentError(
                message, provider=PROVIDER, operation=INSERT, code="RESOURCE_NOT_FOUND"
            )
        return build_error(
            VANISHED.becomes,
            message,
            provider=PROVIDER,
            operation=INSERT,
            code="RESOURCE_NOT_FOUND",
        )

    def _try(self) -> compute.Instance | None:
        """One insert with its operation. The machine, where it stood already."""
        from google.cloud.compute_v1.types import compute

        def send() -> compute.Operation:
            asked = insert_request(self.request, self.calls.project, self.tries)
            return self.calls.clients.instances.insert_unary(
                asked, retry=None, timeout=CALL_SECONDS
            )

        try:
            started = self.calls.once(INSERT, "create", send)
        except AlreadyDone as error:
            # Someone was faster, or our own first answer was lost: whose it is, its labels say.
            return self._standing(error)
        except TransientError:
            self.unsure = True
            raise
        self.unsure = True
        self.replayed = started.status == compute.Operation.Status.DONE
        try:
            attend(self.calls, started, operation=INSERT, phase="create", limit=self.limit)
        except OperationFailedError as failed:
            self.tries += 1
            raise failed.why from None
        return None

    def _standing(self, exists: AlreadyDone) -> compute.Instance:
        """What has the name already: the machine. Where that does not show it may be a disk
        that a failed try left: it is removed, and the machine made after all."""
        found = find_instance(self.calls, self.request.zone, self.name, policy=ONCE)
        if found is not None:
            return found
        if self.tries:
            self._bury(exists)
        raise TransientError(
            f"something has the name {self.name}, and no machine of that name shows",
            provider=PROVIDER,
            operation=INSERT,
            code=exists.code,
        )

    def _bury(self, why: CloudError) -> None:
        """See to it that no machine and no disk of a failed insert is left. What cannot be
        removed is an error of its own, told with the first."""
        id = located(self.request.zone, self.name)
        limit = Deadline.after(BURIAL)
        kinds: tuple[ResourceKind, ...] = ("machine", "disk")
        for kind in kinds:
            left = Resource(
                kind=kind,
                id=id,
                name=self.name,
                provider=PROVIDER,
                region=self.request.region,
                target=self.request.target,
                tags={},
            )
            try:
                Removal(self.calls, left, self.request.owner, limit).run()
            except CloudError as error:
                error.message = f"{error.message} (left by: {why})"
                raise error from why
