"""The targets of one environment, from nodes that have passed their shape."""

from __future__ import annotations

from typing import cast

from orchestrator.spec import project_shape as words
from orchestrator.spec.model import DEFAULT_DISK_GIB, DEFAULT_OS, Os, Size, Target
from orchestrator.spec.places import build_places, check_one_place
from orchestrator.spec.servers import ServerTargets, is_of_servers
from orchestrator.spec.sound import sound_map
from orchestrator.spec.tree import Findings, MapNode, Node, Scalar
from orchestrator.spec.units import DISK, MACHINE_MEMORY
from providers.contract.types import Arch, Market

ONLY_TARGET = "main"
"""The name of the target that is written as `target:`."""


def build_targets(deployment: MapNode, findings: Findings) -> tuple[Target, ...]:
    """Every target that is right in itself; what is wrong is already in the findings."""
    if "target" in deployment.entries and "targets" in deployment.entries:
        findings.add(deployment.at("target"), "'target' beside 'targets'", "keep one of the two")
        return ()
    nodes: dict[str, Node] = {}
    if (only := deployment.get("target")) is not None:
        nodes[ONLY_TARGET] = only
    elif (several := deployment.map("targets")) is not None:
        nodes = {k: e.value for k, e in several.entries.items() if not k.startswith("x-")}
        if not nodes:
            findings.add(several.place, "there is no target", "add one")
    elif "targets" not in deployment.entries:
        findings.add(deployment.place, "there are no targets", "add 'target' or 'targets'")
    servers = ServerTargets(nodes, findings)
    built = (
        servers.build(name, node) if is_of_servers(node) else _target(name, node, findings)
        for name, node in nodes.items()
    )
    return tuple(target for target in built if target is not None)


def target_names(deployment: MapNode) -> tuple[str, ...]:
    """Every name under which a target is written, right or wrong."""
    several = deployment.map("targets")
    if several is not None:
        return tuple(name for name in several.entries if not name.startswith("x-"))
    return (ONLY_TARGET,) if "target" in deployment.entries else ()


def _target(name: str, written: Node, findings: Findings) -> Target | None:
    node = sound_map(written, words.TARGET)
    if node is None:
        return None
    market = _market(node, findings)
    size = _size(node.get("size"), findings)
    places = build_places(written, node, findings) if isinstance(written, MapNode) else ()
    if market is None or size is None or not places:
        return None
    check_one_place(node, places, size_is_type=size.type is not None, findings=findings)
    zone, subnet, count = node.scalar("zone"), node.scalar("subnet"), node.scalar("count")
    os, arch, disk = node.scalar("os"), node.scalar("arch"), node.scalar("disk")
    return Target(
        name=name,
        provider=places[0].provider,
        region=places[0].region,
        elsewhere=places[1:],
        size=size,
        zone=words.ZONE.read(zone) if zone else None,
        subnet=words.SUBNET.read(subnet) if subnet else None,
        count=words.COUNT.read(count) if count else 1,
        os=cast(Os, words.OS.read(os)) if os else DEFAULT_OS,
        arch=cast(Arch, words.ARCH.read(arch)) if arch else "x86_64",
        disk=DISK.read(disk) if disk else DEFAULT_DISK_GIB,
        market=market,
    )


def _market(node: MapNode, findings: Findings) -> Market | None:
    market, spot = node.scalar("market"), node.scalar("spot")
    if market is not None and spot is not None:
        findings.add(node.at("spot"), "'spot' beside 'market'", "keep one of the two")
        return None
    if spot is not None:
        return "spot" if words.SPOT.read(spot) else "on-demand"
    return cast(Market, words.MARKET.read(market)) if market else "on-demand"


def _size(node: Node | None, findings: Findings) -> Size | None:
    if isinstance(node, Scalar):
        return Size(type=words.TYPE.read(node))
    if not isinstance(node, MapNode):
        return None
    cpu, memory = node.scalar("cpu"), node.scalar("memory")
    if cpu is None and memory is None:
        findings.add(
            node.place,
            "says neither 'cpu' nor 'memory'",
            "write for example {cpu: 2, memory: 4GiB}",
        )
        return None
    return Size(
        cpu=words.CPU.read(cpu) if cpu else None,
        memory=MACHINE_MEMORY.read(memory) if memory else None,
    )
