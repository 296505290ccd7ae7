"""Public IP addresses. Basic ones can no longer be made; Standard ones are static."""

from __future__ import annotations

from typing import ClassVar

from providers.sandbox.arm.document import Document, at
from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.arm.network.kind import NetworkKind
from providers.sandbox.arm.network.quota import check_addresses
from providers.sandbox.arm.network.references import ADDRESSES, user_of_address
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.arm.shapes.network import PUBLIC_ADDRESS
from providers.sandbox.arm.store import Record
from providers.sandbox.arm.world import World


class PublicAddresses(NetworkKind):
    """Public IP addresses, each an address of the sandbox's network."""

    type: ClassVar = ADDRESSES
    shape: ClassVar = PUBLIC_ADDRESS

    def complete(self, world: World, id: ResourceId, body: Document, old: Record | None) -> Record:
        """Its sku, its allocation, its place in the quota."""
        properties = body.setdefault("properties", {})
        sku = {"name": "Basic", "tier": "Regional", **(body.get("sku") or {})}
        if old is not None and old.body["sku"]["name"] != sku["name"]:
            raise refuse(
                400,
                "SkuPropertyCannotBeChanged",
                "Sku property is set at creation time and cannot be changed from "
                f"{old.body['sku']['name']} to {sku['name']} on resource update for resource {id}.",
                details=(),
            )
        if sku["name"] == "Basic":
            raise refuse(
                400,
                "IPv4BasicSkuPublicIpCountLimitReached",
                "Cannot create more than 0 IPv4 Basic SKU public IP addresses for this "
                "subscription in this region.",
                details=(),
            )
        if properties.get("publicIPAllocationMethod", "Dynamic") != "Static":
            raise refuse(
                400,
                "StandardAndStandardV2SkuPublicIPAddressesMustBeStatic",
                f"Standard sku publicIp {id} must have AllocationMethod set to Static.",
                details=(),
            )
        if properties.get("publicIPAddressVersion", "IPv4") != "IPv4":
            raise refuse(
                400, "UnsupportedIPVersion", "The sandbox has no IPv6 addresses.", details=()
            )
        _check_zones(id, body, old)
        if old is None:
            check_addresses(world, body["location"])
        body["sku"] = sku
        for name in ("ipConfiguration", "ipAddress"):
            properties.pop(name, None)
        properties.setdefault("publicIPAddressVersion", "IPv4")
        properties.setdefault("idleTimeoutInMinutes", 4)
        properties.setdefault("ipTags", [])
        label = at(properties, "dnsSettings", "domainNameLabel")
        if label:
            fqdn = f"{label}.{body['location']}.cloudapp.azure.com"
            _check_label(world, id, fqdn)
            properties["dnsSettings"]["fqdn"] = fqdn
        record = Record(id, body)
        record.address = old.address if old is not None else world.hosts.pool.keep()
        return record

    def properties(self, world: World, record: Record) -> Document:
        """With the address, and who has it."""
        shown = dict(record.properties)
        if record.state != "Failed":
            shown["ipAddress"] = record.address
        user = user_of_address(world, record)
        if user is not None:
            shown["ipConfiguration"] = {"id": user}
        return shown

    def check_delete(self, world: World, record: Record) -> None:
        """Not while an interface has it."""
        user = user_of_address(world, record)
        if user is not None:
            raise refuse(
                400,
                "PublicIPAddressCannotBeDeleted",
                f"Public IP address {record.id} can not be deleted since it is still allocated "
                f"to resource {user}. In order to delete the public IP, disassociate/detach the "
                "Public IP address from the resource. To learn how to do this, see "
                "aka.ms/deletepublicip.",
                details=(),
            )

    def removed(self, world: World, record: Record) -> None:
        """The address may be given to others."""
        world.hosts.pool.let_go(record.address)


def _check_zones(id: ResourceId, body: Document, old: Record | None) -> None:
    if old is not None and (old.body.get("zones") or []) != (body.get("zones") or []):
        raise refuse(
            400,
            "ResourceAvailabilityZonesCannotBeModified",
            f"Resource {id} has an existing availability zone constraint and the request has "
            "another one. Zones cannot be added/updated/removed once the resource is created.",
            details=(),
        )


def _check_label(world: World, id: ResourceId, fqdn: str) -> None:
    for other in world.store.records(ADDRESSES):
        if other.id.key != id.key and at(other.properties, "dnsSettings", "fqdn") == fqdn:
            raise refuse(
                400,
                "DnsRecordInUse",
                f"DNS record {fqdn} is already used by another public IP.",
                details=(),
            )
