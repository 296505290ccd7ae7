"""Security groups as packet filter rules inside a machine's network namespace.

The chain stands in mangle PREROUTING, before the destination is rewritten for containers, so
a rule's port is the port that the caller asked for, published by Docker or not.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import docker

    from providers.sandbox.machine import Machine

CHAIN = "LONGSHORE-SG"
INTERFACE = "eth0"
ALL_PORTS = (0, 65535)


@dataclass(frozen=True, order=True)
class Ingress:
    """Traffic that is let in, or with `deny` kept out. `protocol` is tcp, udp, icmp or -1 for
    all; for tcp and udp the ports are `first` to `last`, both included; `source` is an IPv4
    CIDR. Of several that match, the one with the lowest `priority` decides, and among equals
    the one that denies; what no rule matches is kept out."""

    protocol: str
    first: int
    last: int
    source: str
    priority: int = 0
    deny: bool = False


def render_rules(rules: frozenset[Ingress]) -> str:
    """Input for `iptables-restore --noflush`: empties our chain and fills it, in one step."""
    lines = [
        "*mangle",
        f":{CHAIN} - [0:0]",
        f"-A {CHAIN} -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN",
    ]
    for rule in sorted(rules, key=lambda rule: (rule.priority, not rule.deny, rule)):
        source = ipaddress.ip_network(rule.source, strict=False)
        match = f"-s {source}"
        if rule.protocol in ("tcp", "udp"):
            match += f" -p {rule.protocol}"
            if (rule.first, rule.last) != ALL_PORTS:
                match += f" --dport {rule.first}:{rule.last}"
        elif rule.protocol == "icmp":
            match += " -p icmp"
        elif rule.protocol != "-1":
            match += f" -p {int(rule.protocol)}"
        lines.append(f"-A {CHAIN} {match} -j {'DROP' if rule.deny else 'RETURN'}")
    lines += [f"-A {CHAIN} -j DROP", "COMMIT", ""]
    return "\n".join(lines)


def firewall_script(rules: frozenset[Ingress]) -> str:
    """The shell script that puts the rules in force; running it again is safe."""
    jump = f"PREROUTING -i {INTERFACE} -j {CHAIN}"
    return (
        f"iptables-restore --wait 5 --noflush <<'RULES' || exit 1\n{render_rules(rules)}RULES\n"
        f"iptables -w 5 -t mangle -C {jump} 2>/dev/null || iptables -w 5 -t mangle -A {jump}\n"
    )


def apply_firewall(client: docker.APIClient, machine: Machine, rules: frozenset[Ingress]) -> str:
    """Put the rules in force in a running machine; returns "" or what went wrong."""
    import docker.errors

    try:
        job = client.exec_create(machine.container, ["sh", "-c", firewall_script(rules)])["Id"]
        output = bytes(client.exec_start(job)).decode(errors="replace").strip()
        status = client.exec_inspect(job)["ExitCode"]
    except docker.errors.APIError as error:
        return str(error)
    return "" if status == 0 else output or f"status {status}"
