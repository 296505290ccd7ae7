"""Published ports, short and long.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#ports
"""

from __future__ import annotations

import re
from typing import cast

from orchestrator.spec.model import Port, Protocol
from orchestrator.spec.shape import Either, Key, Keys, ListOf, Unfit
from orchestrator.spec.tree import MapNode, Node, Place, Scalar
from orchestrator.spec.words import choice, parsed, text, whole

EXPECTED = "a port such as 80, 8080:80 or 127.0.0.1:8080:80/udp"
MAX_PORT = 65_535
SSH_PORT = 22
_SHORT = re.compile(
    r"(?:(?:\[(?P<ip6>[0-9A-Fa-f:.]+)\]|(?P<ip4>[0-9.]+)):(?=[^:]*:))?"
    r"(?:(?P<published>[0-9]*(?:-[0-9]+)?):)?"
    r"(?P<container>[0-9]+(?:-[0-9]+)?)"
    r"(?:/(?P<protocol>[a-zA-Z]+))?"
)
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\.(?!$)|$)){4}")


def short_ports(written: str) -> tuple[Port, ...]:
    """`8080:80`, a range or an address in front. Raises Unfit."""
    match = _SHORT.fullmatch(written)
    if match is None:
        raise Unfit("")
    protocol = (match["protocol"] or "tcp").lower()
    if protocol not in ("tcp", "udp"):
        raise Unfit(f"expected tcp or udp behind the '/', not '{match['protocol']}'")
    host_ip = match["ip6"] or _address(match["ip4"])
    container = _range(match["container"])
    published: range | list[None]
    if match["published"]:
        published = _range(match["published"])
        if len(published) != len(container):
            raise Unfit(
                f"{len(published)} published ports for {len(container)} of the container",
                "give both sides equally many ports",
            )
    else:
        published = [None] * len(container)
    return tuple(
        Port(inside, outside, cast(Protocol, protocol), host_ip)
        for inside, outside in zip(container, published, strict=True)
    )


def _address(written: str | None) -> str | None:
    if written is not None and not _IPV4.fullmatch(written):
        raise Unfit(f"'{written}' is no IP address")
    return written


def _range(written: str) -> range:
    first, _, last = written.partition("-")
    low, high = int(first), int(last or first)
    for port in (low, high):
        if not 1 <= port <= MAX_PORT:
            raise Unfit(f"expected a port from 1 to {MAX_PORT}, not {port}")
    if high < low:
        raise Unfit(f"the range {written} runs backwards", f"write {high}-{low}")
    return range(low, high + 1)


def _published(written: str) -> int | None:
    """One port; in the long form each port has its own entry."""
    if not written:
        return None
    if not re.fullmatch("[0-9]+", written):
        raise Unfit("", "write one entry a port" if "-" in written else "")
    return _range(written)[0]


_SHORT_PORT = parsed(EXPECTED, short_ports, numbers=True)
_TARGET = whole("a port", 1, MAX_PORT, loose=True)
_PUBLISHED = parsed("a port such as 8080", _published, numbers=True)
_PROTOCOL = choice("tcp", "udp")
_HOST_IP = text("an IP address such as 127.0.0.1", r"[0-9A-Fa-f.:]+")
PORTS = ListOf(
    Either(
        EXPECTED,
        word=_SHORT_PORT,
        map=Keys(
            {
                "target": Key(_TARGET, "The port inside the container.", "target: 80"),
                "published": Key(_PUBLISHED, "The port on the machine."),
                "host_ip": Key(_HOST_IP, "The machine's address to listen on; all by default."),
                "protocol": Key(_PROTOCOL, "tcp (the default) or udp."),
                "name": Key(text(), "A name for people."),
                "mode": Key(choice("host"), "Only host: each machine publishes for itself."),
            },
            EXPECTED,
            {"app_protocol": "nothing here reads it; remove the key"},
        ),
    ),
    "a list of ports",
)


def build_ports(nodes: tuple[Node, ...]) -> tuple[tuple[Port, Place], ...]:
    """Every port with the place it is written at; the nodes have passed PORTS."""
    built: list[tuple[Port, Place]] = []
    for node in nodes:
        if isinstance(node, Scalar):
            built += [(port, node.place) for port in _SHORT_PORT.read(node)]
        elif isinstance(node, MapNode):
            built.append((_long_port(node), node.place))
    return tuple(built)


def _long_port(node: MapNode) -> Port:
    target, published = node.scalar("target"), node.scalar("published")
    protocol, host_ip = node.scalar("protocol"), node.scalar("host_ip")
    assert target is not None, "PORTS requires it"
    return Port(
        container=_TARGET.read(target),
        published=_PUBLISHED.read(published) if published else None,
        protocol=cast(Protocol, _PROTOCOL.read(protocol)) if protocol else "tcp",
        host_ip=_HOST_IP.read(host_ip) if host_ip else None,
    )


def collide(one: Port, other: Port) -> bool:
    """Whether both cannot be open on the same machine."""
    if one.published is None or other.published is None:
        return False
    same = one.published == other.published and one.protocol == other.protocol
    anywhere = (None, "0.0.0.0", "::")  # noqa: S104 - compared, never bound
    return same and (
        one.host_ip == other.host_ip or one.host_ip in anywhere or other.host_ip in anywhere
    )
