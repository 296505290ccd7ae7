"""A machine as one of the resources."""

from __future__ import annotations

from providers.contract.types import CloudMachine, Resource


def machine_resource(machine: CloudMachine, within: str = "") -> Resource:
    """The machine as something that can be destroyed like the others; `within` is the id of
    the group whose removal removes it too."""
    return Resource(
        kind="machine",
        id=machine.id,
        name=machine.name,
        provider=machine.provider,
        region=machine.region,
        target=machine.target or None,
        tags=machine.tags,
        within=within,
    )
