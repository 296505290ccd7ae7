"""Network security groups and their rules."""

from __future__ import annotations

from typing import ClassVar

from providers.sandbox.arm.document import Document
from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.arm.network.kind import NetworkKind, show_part
from providers.sandbox.arm.network.references import (
    GROUPS,
    interfaces_of_group,
    subnets_of_group,
)
from providers.sandbox.arm.network.rule_checks import PAIRS, check_rules
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.arm.shapes.network import SECURITY_GROUP
from providers.sandbox.arm.store import Record
from providers.sandbox.arm.world import World

# "Network security groups", default security rules: name, priority, direction, source,
# destination, access.
DEFAULT_RULES = (
    ("AllowVnetInBound", 65000, "Inbound", "VirtualNetwork", "VirtualNetwork", "Allow"),
    ("AllowAzureLoadBalancerInBound", 65001, "Inbound", "AzureLoadBalancer", "*", "Allow"),
    ("DenyAllInBound", 65500, "Inbound", "*", "*", "Deny"),
    ("AllowVnetOutBound", 65000, "Outbound", "VirtualNetwork", "VirtualNetwork", "Allow"),
    ("AllowInternetOutBound", 65001, "Outbound", "*", "Internet", "Allow"),
    ("DenyAllOutBound", 65500, "Outbound", "*", "*", "Deny"),
)


def default_rules() -> list[Document]:
    """The rules that every group has."""
    return [
        {
            "name": name,
            "properties": {
                "protocol": "*",
                "sourcePortRange": "*",
                "destinationPortRange": "*",
                "sourceAddressPrefix": source,
                "destinationAddressPrefix": destination,
                "access": access,
                "priority": priority,
                "direction": direction,
            },
        }
        for name, priority, direction, source, destination, access in DEFAULT_RULES
    ]


class SecurityGroups(NetworkKind):
    """Network security groups."""

    type: ClassVar = GROUPS
    shape: ClassVar = SECURITY_GROUP

    def complete(self, world: World, id: ResourceId, body: Document, old: Record | None) -> Record:
        """Every rule, and all of them together."""
        properties = body.setdefault("properties", {})
        for name in ("defaultSecurityRules", "networkInterfaces", "subnets"):
            properties.pop(name, None)
        rules = [complete_rule(entry) for entry in properties.get("securityRules") or []]
        check_rules(rules)
        properties["securityRules"] = rules
        return Record(id, body)

    def properties(self, world: World, record: Record) -> Document:
        """With all rules, and what has the group."""
        shown = dict(record.properties)
        shown["securityRules"] = [
            show_part(record, "securityRules", rule, record.state)
            for rule in shown["securityRules"]
        ]
        shown["defaultSecurityRules"] = [
            show_part(record, "defaultSecurityRules", rule, "Succeeded") for rule in default_rules()
        ]
        interfaces = [{"id": str(one.id)} for one in interfaces_of_group(world, record)]
        subnets = [{"id": one} for one in subnets_of_group(world, record)]
        return {
            **shown,
            **({"networkInterfaces": interfaces} if interfaces else {}),
            **({"subnets": subnets} if subnets else {}),
        }

    def check_delete(self, world: World, record: Record) -> None:
        """Not while an interface or a subnet has it."""
        users = [str(one.id) for one in interfaces_of_group(world, record)]
        users += subnets_of_group(world, record)
        if users:
            raise refuse(
                400,
                "InUseNetworkSecurityGroupCannotBeDeleted",
                f"Network security group {record.id} cannot be deleted because it is in use by "
                f"the following resources: {', '.join(users)}. In order to delete the Network "
                "security group, remove the association with the resource(s). To learn how to "
                "do this, see aka.ms/deletensg.",
                details=(),
            )


def complete_rule(entry: Document) -> Document:
    """A rule with its defaults. Raises RestRefusal for one without a name or properties."""
    if not entry.get("name") or not entry.get("properties"):
        raise refuse(
            400,
            "InvalidRequestFormat",
            "Cannot parse the request.",
            details=[("MissingJsonProperty", "A security rule has no name or no properties.")],
        )
    SecurityGroups.rule.check(entry["name"])
    properties = {
        name: value for name, value in entry["properties"].items() if name != "provisioningState"
    }
    for _, several in PAIRS:
        properties.setdefault(several, [])
    return {"name": entry["name"], "properties": properties}
