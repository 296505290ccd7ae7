"""Machines: find by token, make, wait until they run, change their labels, read what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from providers.contract.classify import AlreadyDone
from providers.contract.errors import DeadlineError, TokenSpentError, TransientError
from providers.contract.types import (
    TAG_ENVIRONMENT,
    TAG_PROJECT,
    TAG_TOKEN,
    CloudMachine,
    MachineRequest,
    Owner,
)
from providers.contract.waiting import Deadline
from providers.gcp.calls import Calls
from providers.gcp.client import CALL_SECONDS
from providers.gcp.errors import PROVIDER, invalid
from providers.gcp.instances import to_machine
from providers.gcp.labels import check_owner, is_label, where
from providers.gcp.listing import Survey
from providers.gcp.looking import ONCE, find_instance
from providers.gcp.making import ATTEMPTS, Making
from providers.gcp.names import locate, machine_name
from providers.gcp.operations import finish

if TYPE_CHECKING:
    from google.cloud.compute_v1.types import compute

GET = "instances.get"
LABELS_SECONDS = 60.0
"""For a change of labels with its operation."""


def ensure_machine(calls: Calls, request: MachineRequest, *, deadline: float) -> CloudMachine:
    """Converge on one running machine with an address for `request.token`.

    Its name is made of the token, and a zone has a name once: a machine of that name is
    adopted, else it is inserted. Calling twice, side by side or after a lost answer, gives one
    machine. Raises DeadlineError when it does not run in time (the machine stays, with its
    labels, and the next call adopts it), TokenSpentError when the token's machine is gone,
    ForeignResourceError when the name is somebody else's, and CapacityError, QuotaError or
    another class when the insert fails; nothing of it is left then.
    """
    limit = Deadline.after(deadline)
    making = Making(calls, request, limit)
    found = find_instance(calls, request.zone, making.name, policy=limit.policy(attempts=ATTEMPTS))
    fresh = found is None
    if found is None:
        found = making.run()
    check_owner(f"instance {making.name}", found.labels, request.owner, GET)
    return _wait(calls, found, making, limit, fresh=fresh)


def find_machine(calls: Calls, token: str, owner: Owner) -> CloudMachine | None:
    """The owner's live machine of that token."""
    for found in Survey(calls).instances(where({TAG_TOKEN: token, **owner.tags})):
        machine = to_machine(found, calls.region)
        if machine.state != "terminated":
            return machine
    return None


def set_tags(calls: Calls, machine: CloudMachine, tags: Mapping[str, str | None]) -> None:
    """Set labels, and remove those whose value is None. Safe to call twice.

    Labels are replaced as a whole, guarded by a fingerprint: where somebody else has changed
    them meanwhile they are read again. Raises ForeignResourceError when the instance no longer
    carries the owner's labels that `machine` has, InvalidRequestError when it is gone.
    """
    owner = Owner(machine.tags.get(TAG_PROJECT, ""), machine.tags.get(TAG_ENVIRONMENT, ""))
    limit = Deadline.after(LABELS_SECONDS)
    zone, name = locate(machine.id)
    changes = {key: value for key, value in tags.items() if is_label(key)}

    def attempt() -> None:
        found = find_instance(calls, zone, name, policy=ONCE)
        if found is None:
            raise invalid(f"instance {machine.id} is gone", GET, "", code="notFound")
        standing = dict(found.labels)
        check_owner(f"instance {machine.id}", standing, owner, "instances.setLabels")
        wanted = {key: value for key, value in {**standing, **changes}.items() if value is not None}
        if wanted != standing:
            _set_labels(calls, zone, name, wanted, found.label_fingerprint, limit)

    calls.retrying("instances.setLabels", attempt, policy=limit.policy(attempts=ATTEMPTS))


def host_keys(calls: Calls, machine: CloudMachine) -> Sequence[str]:
    """The public host keys in the guest attributes `hostkeys/`, as `ssh-ed25519 AAAA...`;
    empty while the guest agent has written none, and where it may not write any."""
    zone, name = locate(machine.id)

    def send() -> list[tuple[str, str]]:
        from google.cloud.compute_v1.types import compute

        asked = compute.GetGuestAttributesInstanceRequest(
            project=calls.project, zone=zone, instance=name, query_path="hostkeys/"
        )
        found = calls.clients.instances.get_guest_attributes(
            asked, retry=None, timeout=CALL_SECONDS
        )
        return [(item.key, item.value) for item in found.query_value.items]

    # In the phase `delete` a refusal for lack of any is an answer: there are none.
    try:
        found = calls.repeatable("instances.getGuestAttributes", "delete", send)
    except AlreadyDone:
        return ()
    return tuple(f"{kind} {key.strip()}" for kind, key in sorted(found))


def console_output(calls: Calls, machine: CloudMachine) -> str:
    """What the machine has printed on its first serial port, the last megabyte of it; empty
    when there is nothing yet, or no machine any more."""
    zone, name = locate(machine.id)

    def send() -> str:
        return calls.clients.instances.get_serial_port_output(
            project=calls.project,
            zone=zone,
            instance=name,
            retry=None,
            timeout=CALL_SECONDS,
        ).contents

    try:
        return calls.repeatable("instances.getSerialPortOutput", "delete", send)
    except AlreadyDone:
        return ""


def _wait(
    calls: Calls,
    instance: compute.Instance,
    making: Making,
    limit: Deadline,
    *,
    fresh: bool,
) -> CloudMachine:
    """Poll until it runs and has a public address; a stopped one is started."""
    request = making.request
    asked_to_start = False
    for poll, _ in enumerate(limit.polls(calls.pause)):
        if poll:
            try:
                found = find_instance(calls, request.zone, making.name, policy=limit.policy())
            except TransientError:
                break  # this policy gives up at the deadline only
            if found is None:
                raise making.vanished() if fresh else _gone(request)
            instance = found
        machine = to_machine(instance, request.region)
        if machine.state == "running" and machine.address:
            return machine
        if machine.state == "stopped" and not asked_to_start:
            # Stopped by someone since: the machine is wanted, so it is started again.
            asked_to_start = True
            _start(calls, instance, request, limit)
    raise DeadlineError(
        f"instance {making.name} is {instance.status}"
        + ("" if instance.status != "RUNNING" else " without a public address")
        + " and the time to wait for it is over",
        provider=PROVIDER,
        operation=GET,
        advice="run again to go on with this machine",
    )


def _start(
    calls: Calls, instance: compute.Instance, request: MachineRequest, limit: Deadline
) -> None:
    zone, name = request.zone, instance.name

    def start() -> None:
        started = calls.once(
            "instances.start",
            "create",
            lambda: calls.clients.instances.start_unary(
                project=calls.project,
                zone=zone,
                instance=name,
                retry=None,
                timeout=CALL_SECONDS,
            ),
        )
        finish(calls, started, operation="instances.start", phase="create", limit=limit)

    def resume() -> None:
        started = calls.once(
            "instances.resume",
            "create",
            lambda: calls.clients.instances.resume_unary(
                project=calls.project,
                zone=zone,
                instance=name,
                retry=None,
                timeout=CALL_SECONDS,
            ),
        )
        finish(calls, started, operation="instances.resume", phase="create", limit=limit)

    policy = limit.policy(attempts=ATTEMPTS)
    if instance.status == "SUSPENDED":
        calls.retrying("instances.resume", resume, policy=policy)
    else:
        calls.retrying("instances.start", start, policy=policy)


def _set_labels(
    calls: Calls,
    zone: str,
    name: str,
    labels: Mapping[str, str],
    fingerprint: str,
    limit: Deadline,
) -> None:
    from google.cloud.compute_v1.types import compute

    def send() -> compute.Operation:
        return calls.clients.instances.set_labels_unary(
            project=calls.project,
            zone=zone,
            instance=name,
            instances_set_labels_request_resource=compute.InstancesSetLabelsRequest(
                labels=dict(sorted(labels.items())), label_fingerprint=fingerprint
            ),
            retry=None,
            timeout=CALL_SECONDS,
        )

    started = calls.once("instances.setLabels", "create", send)
    finish(calls, started, operation="instances.setLabels", phase="create", limit=limit)


def _gone(request: MachineRequest) -> TokenSpentError:
    return TokenSpentError(
        f"instance {machine_name(request.token)} was taken away",
        provider=PROVIDER,
        operation=GET,
        code="notFound",
    )
