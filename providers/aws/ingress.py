"""Ingress rules: ours against a security group's. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv6Network, ip_network
from typing import TYPE_CHECKING, Literal

from providers.aws.errors import PROVIDER
from providers.contract.sources import network_of
from providers.contract.types import PortRule

if TYPE_CHECKING:
    from types_boto3_ec2.type_defs import IpPermissionOutputTypeDef, IpPermissionTypeDef

NOT_A_PORT = 0
"""The port of a listed rule that is no single TCP or UDP port; no wanted rule has it, so it
is always surplus. Its description says what it is."""

_DESCRIPTION = re.compile(r"[^a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]")
"""What EC2 refuses in a rule's description (IpRange in the API reference; 255 at most)."""
_LONGEST_DESCRIPTION = 255


@dataclass(frozen=True)
class Grant:
    """One source let in by a security group: as the API wants it back, and as our rule."""

    rule: PortRule
    permission: IpPermissionTypeDef


@dataclass(frozen=True)
class IngressChange:
    """What to do to a group, in this order."""

    authorize: tuple[PortRule, ...]
    describe: tuple[PortRule, ...]
    """Rules that stand with another description."""
    revoke: tuple[Grant, ...]


def normalise(rule: PortRule) -> PortRule:
    """The rule as EC2 will show it: network address, and an allowed description.

    Raises InvalidRequestError for a source that is no CIDR.
    """
    source = network_of(rule.source, provider=PROVIDER, operation="AuthorizeSecurityGroupIngress")
    description = _DESCRIPTION.sub("_", rule.description)[:_LONGEST_DESCRIPTION]
    return replace(rule, source=source, description=description)


def compare(wanted: Iterable[PortRule], standing: Sequence[Grant]) -> IngressChange:
    """What turns the standing grants into exactly the wanted rules.

    Port, protocol and source identify a rule, as they do for EC2.
    """
    want = {_identity(rule): rule for rule in map(normalise, wanted)}
    have = {_identity(grant.rule): grant for grant in standing}
    return IngressChange(
        authorize=tuple(rule for key, rule in want.items() if key not in have),
        describe=tuple(
            rule
            for key, rule in want.items()
            if key in have and have[key].rule.description != rule.description
        ),
        revoke=tuple(grant for grant in standing if _identity(grant.rule) not in want),
    )


def permissions(rules: Iterable[PortRule]) -> list[IpPermissionTypeDef]:
    """Rules as the API takes them."""
    return [_permission(rule) for rule in rules]


def grants(permissions: Iterable[IpPermissionOutputTypeDef]) -> tuple[Grant, ...]:
    """Every source of every permission of a security group."""
    return tuple(grant for permission in permissions for grant in _split(permission))


def _identity(rule: PortRule) -> tuple[int, str, str, str]:
    # Descriptions tell apart only what has no port of its own.
    other = rule.description if rule.port == NOT_A_PORT else ""
    return (rule.port, rule.protocol, rule.source, other)


def _permission(rule: PortRule) -> IpPermissionTypeDef:
    permission: IpPermissionTypeDef = {
        "IpProtocol": rule.protocol,
        "FromPort": rule.port,
        "ToPort": rule.port,
    }
    if isinstance(ip_network(rule.source), IPv6Network):
        permission["Ipv6Ranges"] = [
            {"CidrIpv6": rule.source, "Description": rule.description}
            if rule.description
            else {"CidrIpv6": rule.source}
        ]
    else:
        permission["IpRanges"] = [
            {"CidrIp": rule.source, "Description": rule.description}
            if rule.description
            else {"CidrIp": rule.source}
        ]
    return permission


def _split(permission: IpPermissionOutputTypeDef) -> Iterable[Grant]:
    bare: IpPermissionTypeDef = {"IpProtocol": permission["IpProtocol"]}
    if "FromPort" in permission:
        bare["FromPort"] = permission["FromPort"]
    if "ToPort" in permission:
        bare["ToPort"] = permission["ToPort"]
    for v4 in permission.get("IpRanges", []):
        source = v4.get("CidrIp", "")
        rule = _rule(permission, source, v4.get("Description", ""))
        yield Grant(rule, {**bare, "IpRanges": [{"CidrIp": source}]})
    for v6 in permission.get("Ipv6Ranges", []):
        source = v6.get("CidrIpv6", "")
        rule = _rule(permission, source, v6.get("Description", ""))
        yield Grant(rule, {**bare, "Ipv6Ranges": [{"CidrIpv6": source}]})
    for prefix in permission.get("PrefixListIds", []):
        source = prefix.get("PrefixListId", "")
        rule = _odd(permission, source)
        yield Grant(rule, {**bare, "PrefixListIds": [{"PrefixListId": source}]})
    for pair in permission.get("UserIdGroupPairs", []):
        source = pair.get("GroupId", "")
        rule = _odd(permission, source)
        yield Grant(rule, {**bare, "UserIdGroupPairs": [{"GroupId": source}]})


def _rule(permission: IpPermissionOutputTypeDef, source: str, description: str) -> PortRule:
    protocol = _protocol(permission["IpProtocol"])
    port = permission.get("FromPort", NOT_A_PORT)
    if protocol is None or port != permission.get("ToPort", NOT_A_PORT) or port < 1:
        return _odd(permission, source)
    return PortRule(port=port, protocol=protocol, source=source, description=description)


def _odd(permission: IpPermissionOutputTypeDef, source: str) -> PortRule:
    ports = f"{permission.get('FromPort', 'all')}-{permission.get('ToPort', 'all')}"
    protocol = "all protocols" if permission["IpProtocol"] == "-1" else permission["IpProtocol"]
    return PortRule(
        port=NOT_A_PORT,
        protocol=_protocol(permission["IpProtocol"]) or "tcp",
        source=source,
        description=f"ports {ports}, {protocol}",
    )


def _protocol(name: str) -> Literal["tcp", "udp"] | None:
    if name == "tcp":
        return "tcp"
    return "udp" if name == "udp" else None
