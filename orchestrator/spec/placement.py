"""Which service runs where, how it is probed, and what goes wrong between services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orchestrator.spec import project_shape as words
from orchestrator.spec.model import DEFAULT_PROBE_TIMEOUT, Port, Probe
from orchestrator.spec.ports import SSH_PORT, collide
from orchestrator.spec.services import BuiltService
from orchestrator.spec.shape import nearest
from orchestrator.spec.tree import Findings, ListNode, MapNode, Place, Scalar

Placement = Mapping[str, tuple[str, ...]]


def build_placement(
    node: MapNode | None, services: Sequence[str], targets: tuple[str, ...], findings: Findings
) -> Placement:
    """The targets of every service: all of them unless it is written otherwise. The node has
    passed PLACEMENT; notes unknown names."""
    placement = dict.fromkeys(services, targets)
    for name, entry in node.entries.items() if node else ():
        if name.startswith("x-"):
            continue
        if name not in placement:
            findings.add(entry.key, f"there is no service '{name}'", nearest(name, placement))
            continue
        value = entry.value
        items = value.items if isinstance(value, ListNode) else (value,)
        chosen = []
        for item in items:
            if not isinstance(item, Scalar):
                continue
            if item.text in targets:
                chosen.append(item.text)
            else:
                findings.add(
                    item.place,
                    f"there is no target '{item.written}'",
                    nearest(item.text, targets),
                )
        placement[name] = tuple(dict.fromkeys(chosen))
    return placement


def build_probes(
    node: MapNode | None,
    services: Sequence[str],
    built: Mapping[str, BuiltService],
    findings: Findings,
) -> tuple[Probe, ...]:
    """The node has passed HEALTH; notes unknown services and probes without a port."""
    probes = []
    for name, entry in node.entries.items() if node else ():
        if name.startswith("x-") or not isinstance(entry.value, MapNode):
            continue
        if name not in services:
            findings.add(entry.key, f"there is no service '{name}'", nearest(name, tuple(services)))
            continue
        probe = _probe(name, entry.value, built.get(name), findings)
        if probe is not None:
            probes.append(probe)
    return tuple(probes)


def _probe(
    name: str, node: MapNode, built: BuiltService | None, findings: Findings
) -> Probe | None:
    http, tcp = node.scalar("http"), node.scalar("tcp")
    port, timeout = node.scalar("port"), node.scalar("timeout")
    wait = words.TIMEOUT.read(timeout) if timeout else DEFAULT_PROBE_TIMEOUT
    if (http is None) == (tcp is None):
        findings.add(
            node.place, "expected exactly one of 'http' and 'tcp'", "write for example {http: /up}"
        )
        return None
    if tcp is not None:
        if port is not None:
            findings.add(node.at("port"), "'port' beside 'tcp'", "tcp already names the port")
            return None
        return Probe(name, "tcp", words.PORT.read(tcp), timeout=wait)
    assert http is not None
    if port is not None:
        return Probe(name, "http", words.PORT.read(port), words.HTTP_PATH.read(http), wait)
    if built is None:
        return None
    inside = {port.container for port in built.service.ports if port.protocol == "tcp"}
    if len(inside) != 1:
        many = "several ports" if inside else "no ports"
        findings.add(node.place, f"the service has {many}", "add 'port' to say which to ask")
        return None
    return Probe(name, "http", inside.pop(), words.HTTP_PATH.read(http), wait)


def check_ports(built: Sequence[BuiltService], placement: Placement, findings: Findings) -> None:
    """A machine's port leads into one container; port 22 is the machine's own."""
    taken: list[tuple[str, Port]] = []
    for service in built:
        name = service.service.name
        for port, place in service.ports:
            if port.published == SSH_PORT and port.protocol == "tcp" and not port.host_ip:
                findings.add(place, "port 22 is the machine's own SSH", "publish another port")
            for other, other_port in taken:
                shared = [t for t in placement.get(name, ()) if t in placement.get(other, ())]
                if not collide(port, other_port) or (other != name and not shared):
                    continue
                whose = "this service" if other == name else f"service '{other}'"
                findings.add(
                    place,
                    f"port {port.published}/{port.protocol} is published by {whose} too"
                    + (f" on target '{shared[0]}'" if other != name else ""),
                    "publish another port"
                    + (" or place them on different targets" if other != name else ""),
                )
                break
            taken.append((name, port))


def check_volumes(
    built: Sequence[BuiltService], declared: Sequence[str], findings: Findings
) -> tuple[str, ...]:
    """The named volumes in use, in the order declared; notes those that are not declared."""
    used: set[str] = set()
    for service in built:
        for mount, place in service.mounts:
            if mount.kind != "volume" or mount.source is None:
                continue
            if mount.source not in declared:
                close = nearest(mount.source, tuple(declared))
                findings.add(
                    place,
                    f"there is no volume '{mount.source}'",
                    close
                    if close.startswith("did")
                    else "declare it under the top-level 'volumes'",
                )
            used.add(mount.source)
    return tuple(name for name in declared if name in used)


def check_dependencies(
    built: Sequence[BuiltService], names: Sequence[str], placement: Placement, findings: Findings
) -> dict[str, dict[str, Place]]:
    """Which service needs which, and where that is written; notes dependencies that are not
    there, or not on the same machines, or can never be healthy."""
    needs: dict[str, dict[str, Place]] = {}
    off = {
        b.service.name for b in built if b.service.healthcheck and b.service.healthcheck.disabled
    }
    for service in built:
        name = service.service.name
        needs[name] = {}
        for dependency, place in service.depends_on:
            other = dependency.service
            if other not in names:
                findings.add(place, f"there is no service '{other}'", nearest(other, tuple(names)))
                continue
            needs[name][other] = place
            away = [t for t in placement.get(name, ()) if t not in placement.get(other, ())]
            if away:
                findings.add(
                    place,
                    f"'{other}' is not placed on target '{away[0]}', where '{name}' runs",
                    "place both on the same targets",
                )
            if dependency.condition == "service_healthy" and other in off:
                findings.add(
                    place, f"the health check of '{other}' is disabled", "use service_started"
                )
    return needs
