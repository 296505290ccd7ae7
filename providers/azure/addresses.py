"""The addresses of machines: on their interface, not on themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from providers.azure.calls import Calls
from providers.azure.ids import key_of, parse_id
from providers.azure.instances import Addresses

if TYPE_CHECKING:
    from azure.mgmt.compute.models import VirtualMachine
    from azure.mgmt.network.models import NetworkInterface, PublicIPAddress

EXPAND = "ipConfigurations/publicIPAddress"
"""Answers with the public address inside the interface: one read rather than two."""


def interface_ids(vm: VirtualMachine) -> list[str]:
    """The ids of its interfaces, the primary one first; none while Azure still makes them."""
    profile = vm.properties.network_profile if vm.properties is not None else None
    listed = (profile.network_interfaces if profile is not None else None) or []
    found = [(not (one.properties and one.properties.primary), one.id) for one in listed]
    return [id for _, id in sorted(found, key=lambda pair: pair[0]) if id]


def read_addresses(calls: Calls, vm: VirtualMachine) -> Addresses:
    """Of one machine: one read, or two if Azure does not answer with the address inside."""
    ids = interface_ids(vm)
    if not ids:
        return Addresses()
    place = parse_id(ids[0], "networkInterfaces.get")
    found = calls.find(
        "networkInterfaces.get",
        lambda: calls.clients.network.network_interfaces.get(
            place.group, place.name, expand=EXPAND
        ),
    )
    if found is None:
        return Addresses()
    private, public = on_interface(found)
    if public is not None and _address_in(public) is None and public.id:
        public = _read_public(calls, public.id)
    return Addresses(_address_in(public), private)


def listed_addresses(
    vm: VirtualMachine,
    interfaces: Mapping[str, NetworkInterface],
    publics: Mapping[str, PublicIPAddress],
) -> Addresses:
    """Of one machine among many: from lists that were read already, by `key_of` their ids."""
    for id in interface_ids(vm)[:1]:
        found = interfaces.get(key_of(id))
        if found is not None:
            private, public = on_interface(found)
            if public is not None and public.id:
                public = publics.get(key_of(public.id), public)
            return Addresses(_address_in(public), private)
    return Addresses()


def on_interface(found: NetworkInterface) -> tuple[str | None, PublicIPAddress | None]:
    """Private address and public address resource of the interface's primary configuration."""
    listed = (found.properties.ip_configurations if found.properties is not None else None) or []
    for one in sorted(listed, key=lambda one: not (one.properties and one.properties.primary)):
        if one.properties is not None:
            return one.properties.private_ip_address, one.properties.public_ip_address
    return None, None


def _address_in(found: PublicIPAddress | None) -> str | None:
    return found.properties.ip_address if found is not None and found.properties else None


def _read_public(calls: Calls, id: str) -> PublicIPAddress | None:
    place = parse_id(id, "publicIPAddresses.get")
    return calls.find(
        "publicIPAddresses.get",
        lambda: calls.clients.network.public_ip_addresses.get(place.group, place.name),
    )
