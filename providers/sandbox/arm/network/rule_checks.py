"""Security rules: what Azure refuses about one, and about several together."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from providers.sandbox.arm.document import Document
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.rest.message import RestRefusal

PRIORITIES = range(100, 4097)
SERVICE_TAG = re.compile(r"[A-Z][A-Za-z0-9]*(\.[A-Za-z0-9]+)?")
# "Virtual network service tags"; those of single services matter for outbound rules only.
TAGS = (
    "VirtualNetwork Internet AzureLoadBalancer AzureCloud AzureTrafficManager Storage Sql "
    "AzureActiveDirectory AzureMonitor AzureContainerRegistry MicrosoftContainerRegistry "
    "AzureKeyVault AzureResourceManager ActionGroup AppService AzureDevOps GatewayManager"
)
KNOWN_TAGS = frozenset(TAGS.split(" "))
PAIRS = (
    ("sourcePortRange", "sourcePortRanges"),
    ("destinationPortRange", "destinationPortRanges"),
    ("sourceAddressPrefix", "sourceAddressPrefixes"),
    ("destinationAddressPrefix", "destinationAddressPrefixes"),
)
GROUPS_INSTEAD = {
    "sourceAddressPrefix": "sourceApplicationSecurityGroups",
    "destinationAddressPrefix": "destinationApplicationSecurityGroups",
}


def values(properties: Document, one: str, several: str) -> list[str]:
    """What a rule says of ports or addresses, in either way."""
    single = properties.get(one)
    plural: list[str] = properties.get(several) or []
    return [single] if single else plural


def check_rules(rules: Sequence[Document]) -> None:
    """Raises RestRefusal for a rule that breaks the limits, and for two that clash."""
    seen: dict[tuple[int, str], str] = {}
    names: set[str] = set()
    for rule in rules:
        name, properties = rule["name"], rule["properties"]
        _check_rule(name, properties)
        key = (properties["priority"], properties["direction"])
        if key in seen:
            raise refuse(
                400,
                "SecurityRuleConflict",
                f"Security rule {seen[key]} conflicts with rule {name}. Rules cannot have the "
                "same Priority and Direction.",
                details=(),
            )
        seen[key] = name
        if name.lower() in names:
            raise refuse(
                400,
                "InvalidRequestFormat",
                "Cannot parse the request.",
                details=[("DuplicateResourceName", f"Resource name {name} is used twice.")],
            )
        names.add(name.lower())


def _check_rule(name: str, properties: Document) -> None:
    if properties["priority"] not in PRIORITIES:
        raise refuse(
            400,
            "SecurityRuleInvalidPriority",
            f"Security rule has invalid Priority. Value provided: {properties['priority']} "
            "Allowed range 100-4096.",
            details=(),
        )
    for one, several in PAIRS:
        given = values(properties, one, several)
        if not given and not properties.get(GROUPS_INSTEAD.get(one, "")):
            raise _parameter(
                "SecurityRuleParameterNotSpecified",
                f"Required security rule parameters are missing for security rule with "
                f"Identifier: {name}. Security rule must specify {one}.",
            )
        if properties.get(one) and properties.get(several):
            raise _parameter(
                "SecurityRuleParameterConflict",
                f"Security rule {name} cannot specify both {one} and {several}.",
            )
        for value in given:
            if "Port" in one:
                _check_port(value)
            else:
                _check_prefix(name, one, value)


def _parameter(code: str, message: str) -> RestRefusal:
    return refuse(400, code, message, details=())


def _check_port(value: str) -> None:
    match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", value)
    if value == "*":
        return
    if match:
        first, last = int(match[1]), int(match[2] or match[1])
        if first <= last <= 65535:
            return
    raise _parameter(
        "SecurityRuleInvalidPortRange",
        f"Security rule has invalid Port range. Value provided: {value}. Value should be an "
        "integer OR integer range with '-' delimiter. Valid range 0-65535.",
    )


def _check_prefix(name: str, parameter: str, value: str) -> None:
    if value == "*" or value.partition(".")[0] in KNOWN_TAGS:
        return
    if not SERVICE_TAG.fullmatch(value):
        try:
            ipaddress.ip_network(value, strict=False)
        except ValueError:
            pass
        else:
            return
    raise _parameter(
        "SecurityRuleInvalidAddressPrefix",
        f"Security rule {name} has invalid Address prefix. Value provided: {value} for "
        f"{parameter}. Value can be a CIDR, an IP address, '*' or a service tag.",
    )
