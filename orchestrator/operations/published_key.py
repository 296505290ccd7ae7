"""The host key of a machine that made it itself, as the cloud's authenticated API shows it."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.machines.hostkeys import KEY_TYPE, fingerprint
from orchestrator.operations.console import with_console
from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import OperationProgress
from orchestrator.state.machines import MachineRecord
from providers.contract.provider import Provider
from providers.contract.types import TAG_HOST_KEY, TAG_TRUST, CloudMachine
from providers.contract.waiting import Deadline

PUBLISH_DEADLINE = 300.0
"""Seconds a machine may take from running to publishing its host keys."""


def has_own_key(context: Context, machine: CloudMachine, record: MachineRecord) -> bool:
    """Whether the machine made its first host key itself, so that the key never passed through
    the metadata service and needs no replacement.

    The request that made the machine says so. Where it is not known here any more, a machine
    whose create call brought a key has the tag of that key from the start.
    """
    pending = context.store.requests.all().get(machine.name)
    if pending is not None and pending.request.token == machine.token:
        return pending.request.image.boot == "startup-script"
    tag = machine.tags.get(TAG_HOST_KEY, "")
    if not tag:
        return True
    return machine.tags.get(TAG_TRUST) == "rotated" and tag == record.pin


def wait_for_published_key(
    context: Context, operation: Operation, provider: Provider, machine: CloudMachine
) -> str:
    """The public line of the ed25519 host key that the machine published, at most
    PUBLISH_DEADLINE seconds from now. Changes nothing.

    Raises CloudError when the cloud cannot be asked, and LongshoreError, with the machine's
    console, when nothing is published by then.
    """
    message = "waiting for the host key that it publishes"
    first = True
    for _ in Deadline.after(PUBLISH_DEADLINE).polls(context.cancel.wait):
        line = _of_our_type(provider.host_keys(machine))
        if line:
            return line
        if first:
            first = False
            context.sink.emit(
                OperationProgress(operation.id, operation.subject, operation.machine, message)
            )
    raise with_console(
        LongshoreError(
            f"{machine.name} ({machine.id}) published no {KEY_TYPE} host key within "
            f"{PUBLISH_DEADLINE:.0f} s",
            advice="its image needs the cloud's guest agent; `longshore up` asks again",
            exit_code=ExitCode.UNREACHABLE,
        ),
        provider,
        machine,
    )


def _of_our_type(lines: Sequence[str]) -> str:
    """The one line with a key of the type that is negotiated; empty when there is none yet."""
    for line in lines:
        if line.split()[:1] == [KEY_TYPE]:
            try:
                fingerprint(line)
            except ValueError:
                continue  # half written, or nonsense: it is asked again
            return line
    return ""
