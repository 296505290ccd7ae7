"""One VM as it stands, and whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.azure.calls import Calls
from providers.azure.errors import PROVIDER
from providers.azure.tags import check_owner, read_tags
from providers.contract.errors import ForeignResourceError
from providers.contract.retry import RetryPolicy
from providers.contract.types import TAG_TOKEN, Owner

if TYPE_CHECKING:
    from azure.mgmt.compute.models import VirtualMachine

GET = "virtualMachines.get"


def find_vm(
    calls: Calls, group: str, name: str, *, policy: RetryPolicy | None = None
) -> VirtualMachine | None:
    """A VM with its run-time state, if it is there."""
    return calls.find(
        GET,
        lambda: calls.clients.compute.virtual_machines.get(group, name, expand="instanceView"),
        policy=policy,
    )


def check(vm: VirtualMachine, token: str, owner: Owner) -> None:
    """Raise ForeignResourceError unless it is the owner's machine of that token."""
    tags = read_tags(vm.tags)
    check_owner(f"machine {vm.name}", tags, owner, GET)
    if tags.get(TAG_TOKEN) != token:
        raise ForeignResourceError(
            f"machine {vm.name} was made with another token",
            provider=PROVIDER,
            operation=GET,
            advice="rename or remove it by hand",
        )
