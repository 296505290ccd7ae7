"""A VM of Azure's as a machine of the contract. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.azure.errors import PROVIDER
from providers.azure.sizes import REGIONAL
from providers.azure.tags import read_tags
from providers.azure.words import word
from providers.contract.types import (
    TAG_MACHINE,
    TAG_TARGET,
    TAG_TOKEN,
    TAG_TRUST,
    CloudMachine,
    MachineState,
)

if TYPE_CHECKING:
    from azure.mgmt.compute.models import InstanceViewStatus, VirtualMachine

FAILED = "ProvisioningState/failed"

_POWER: dict[str, MachineState] = {
    "starting": "pending",
    "running": "running",
    "stopping": "stopping",
    "deallocating": "stopping",
    "stopped": "stopped",
    "deallocated": "stopped",
}


@dataclass(frozen=True)
class Addresses:
    """Where a machine can be reached: from outside, and from its own network."""

    public: str | None = None
    private: str | None = None


def statuses_of(vm: VirtualMachine) -> Sequence[InstanceViewStatus]:
    """What the instance view says; nothing where it was not asked for."""
    view = vm.properties.instance_view if vm.properties is not None else None
    return (view.statuses if view is not None else None) or ()


def provisioning(vm: VirtualMachine) -> str:
    """`Creating`, `Updating`, `Succeeded`, `Failed`, `Deleting`, `Migrating`."""
    return word(vm.properties.provisioning_state) if vm.properties is not None else ""


def power_state(statuses: Sequence[InstanceViewStatus]) -> str:
    """`running`, `deallocated` and so on; empty while there is none."""
    for status in statuses:
        kind, _, state = (status.code or "").partition("/")
        if kind == "PowerState":
            return state.lower()
    return ""


def failure_of(statuses: Sequence[InstanceViewStatus]) -> tuple[str, str]:
    """Code and message of a VM in `Failed`: `ProvisioningState/failed/<code>`."""
    for status in statuses:
        parts = (status.code or "").split("/")
        if parts[0] == "ProvisioningState" and parts[1:2] == ["failed"]:
            message = status.message or status.display_status or "the machine could not be made"
            return (parts[2] if len(parts) > 2 else FAILED), message
    return FAILED, "the machine could not be made, and Azure does not say why"


def is_newborn(vm: VirtualMachine) -> bool:
    """Whether we made it and never got as far as replacing its host key: a failure is one of
    its making then, not of a change made later to a machine that works."""
    tags = read_tags(vm.tags)
    return TAG_TOKEN in tags and tags.get(TAG_TRUST) != "rotated"


def state_of(vm: VirtualMachine, statuses: Sequence[InstanceViewStatus]) -> MachineState:
    """One word for what Azure keeps as two: how the last change went, and the power.

    A machine whose guest system is still being set up (`Creating`, with power) runs: that
    last stage ends with a report of the guest's, and SSH answers by itself.
    """
    change, power = provisioning(vm), _POWER.get(power_state(statuses))
    if change == "Deleting":
        return "stopping"
    if change == "Failed" and is_newborn(vm) and power != "running":
        return "failed"
    if power is not None:
        return power
    if change == "Failed":
        return "stopped"
    # Without a word on its power: a machine that was made is started with it.
    return "running" if change in ("Succeeded", "Updating") and not statuses else "pending"


def to_machine(
    vm: VirtualMachine,
    region: str,
    addresses: Addresses,
    statuses: Sequence[InstanceViewStatus] | None = None,
) -> CloudMachine:
    """The contract's view of a VM."""
    tags = read_tags(vm.tags)
    properties = vm.properties
    hardware = properties.hardware_profile if properties is not None else None
    created = properties.time_created if properties is not None else None
    spot = properties is not None and word(properties.priority) in ("Spot", "Low")
    return CloudMachine(
        id=vm.id or "",
        name=tags.get(TAG_MACHINE, vm.name or ""),
        target=tags.get(TAG_TARGET, ""),
        provider=PROVIDER,
        region=region,
        zone=(vm.zones or [REGIONAL])[0],
        type=word(hardware.vm_size) if hardware is not None else "",
        state=state_of(vm, statuses_of(vm) if statuses is None else statuses),
        address=addresses.public,
        private_address=addresses.private,
        token=tags.get(TAG_TOKEN, ""),
        created=created.strftime("%Y-%m-%dT%H:%M:%SZ") if created is not None else "",
        tags=tags,
        market="spot" if spot else "on-demand",
    )
