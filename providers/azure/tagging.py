"""Changing the tags of a machine that stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from providers.azure.calls import Calls
from providers.azure.errors import PROVIDER
from providers.azure.ids import parse_id
from providers.azure.operations import carry_out
from providers.azure.tags import check_owner, read_tags
from providers.azure.vm_reads import GET
from providers.contract.errors import InvalidRequestError
from providers.contract.types import TAG_ENVIRONMENT, TAG_PROJECT, CloudMachine, Owner
from providers.contract.waiting import Deadline

OPERATION = "tags.updateAtScope"
WAIT = 120.0
"""Seconds; while the machine itself is being changed, Azure refuses to change its tags."""


def set_tags(calls: Calls, machine: CloudMachine, tags: Mapping[str, str | None]) -> None:
    """Set tags, and remove those whose value is None; others stay. Safe to call twice.

    The tags API changes single tags where they stand, so that two writers lose nothing of
    each other's; the machine's own PATCH replaces them all. Raises ForeignResourceError when
    the machine no longer carries the owner's tags that `machine` has, InvalidRequestError
    when it is gone.
    """
    owner = Owner(machine.tags.get(TAG_PROJECT, ""), machine.tags.get(TAG_ENVIRONMENT, ""))
    place = parse_id(machine.id, OPERATION)
    found = calls.find(
        GET, lambda: calls.clients.compute.virtual_machines.get(place.group, place.name)
    )
    if found is None:
        raise InvalidRequestError(
            f"machine {place.name} is gone",
            provider=PROVIDER,
            operation=OPERATION,
            code="ResourceNotFound",
        )
    check_owner(f"machine {place.name}", found.tags, owner, OPERATION)
    standing = read_tags(found.tags)
    wanted = {
        key: value
        for key, value in tags.items()
        if value is not None and standing.get(key) != value
    }
    surplus = {
        key: standing[key] for key, value in tags.items() if value is None and key in standing
    }
    if wanted:
        _change(calls, machine.id, "Merge", wanted)
    if surplus:
        _change(calls, machine.id, "Delete", surplus)


def _change(
    calls: Calls, id: str, how_to: Literal["Merge", "Delete"], tags: Mapping[str, str]
) -> None:
    carry_out(
        calls,
        OPERATION,
        "create",
        lambda how: calls.clients.resources.tags.begin_update_at_scope(
            id.strip("/"),
            {"operation": how_to, "properties": {"tags": dict(tags)}},
            polling=how,
        ),
        Deadline.after(WAIT),
        f"the tags of {id}",
    )
