"""Ingress rules of an instance, read from its security groups in moto."""

from __future__ import annotations

from typing import Any

from providers.sandbox.firewall import ALL_PORTS, Ingress


def instance_rules(backend: Any, instance: Any) -> frozenset[Ingress]:
    """What the instance's groups let in. Rules for IPv6 are left out: the bridge has none."""
    return frozenset(
        Ingress(protocol=rule.ip_protocol, first=first, last=last, source=source)
        for group in instance_groups(instance)
        for rule in group.ingress_rules
        for first, last in [_ports(rule)]
        for source in _sources(backend, rule)
    )


def instance_groups(instance: Any) -> list[Any]:
    """Groups of the instance and of its interfaces, each once."""
    groups = {group.id: group for nic in instance.nics.values() for group in nic.group_set}
    return list(groups.values())


def _ports(rule: Any) -> tuple[int, int]:
    if rule.ip_protocol not in ("tcp", "udp") or rule.from_port is None or rule.from_port < 0:
        return ALL_PORTS
    return rule.from_port, rule.to_port


def _sources(backend: Any, rule: Any) -> list[str]:
    if cidr := rule.ip_range.get("CidrIp"):
        return [cidr]
    group_id = rule.source_group.get("GroupId")
    if not group_id:
        return []
    return [
        f"{member.private_ip}/32"
        for member in backend.all_instances()
        if member.state in ("pending", "running")
        and member.private_ip
        and any(group.id == group_id for group in instance_groups(member))
    ]
