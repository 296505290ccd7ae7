"""Leave nothing of a create call that failed."""

from __future__ import annotations

from orchestrator.errors import LongshoreError
from orchestrator.operations.context import Context
from providers.contract.errors import CloudError
from providers.contract.provider import Provider
from providers.contract.resources import machine_resource
from providers.contract.types import REMOVAL_ORDER, TAG_TOKEN, MachineRequest, Resource

CLEAN_UP_DEADLINE = 300.0
"""Seconds for each thing that a failed try left to be really gone."""


class LeftBehindError(LongshoreError):
    """What a failed create call left could not be removed: going on would leak it."""


def clean_up(
    context: Context, provider: Provider, request: MachineRequest, failed: CloudError
) -> None:
    """Remove whatever carries the request's token: a machine that the cloud gave up making,
    its disk, interface and address. Calling it again is safe.

    Raises LeftBehindError, with what is left, when that fails: better to stop and say so
    than to move on.
    """
    left: list[Resource] = []
    try:
        # By its token first: a listing may lag behind the machine that was just made.
        machine = provider.find_machine(request.token, context.owner)
        left = [machine_resource(machine)] if machine is not None else []
        _remove(context, provider, left)
        listed = provider.listing(context.owner).resources
        left = [each for each in listed if each.tags.get(TAG_TOKEN) == request.token]
        _remove(context, provider, left)
    except CloudError as error:
        where = f"{provider.name} {provider.region}"
        what = ", ".join(f"{each.kind} {each.id}" for each in left)
        raise LeftBehindError(
            f"{request.name} cannot be made in {where} ({failed}), and what the try left there "
            f"cannot be removed{f', which is {what}' if what else ''}: {error}",
            advice="run `longshore up` again, or look in the cloud's console for what carries "
            f"{TAG_TOKEN}={request.token}; `longshore down` takes it away too",
        ) from error


def _remove(context: Context, provider: Provider, left: list[Resource]) -> None:
    """Remove them in order; each that is gone leaves the list."""
    left.sort(key=lambda resource: REMOVAL_ORDER.index(resource.kind))
    while left:
        provider.destroy(left[0], context.owner, deadline=CLEAN_UP_DEADLINE)
        del left[0]
