"""The targets whose machines are there already: from nodes to hosts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

from orchestrator.spec import server_shape as words
from orchestrator.spec.access import existing_file
from orchestrator.spec.hosts import DEFAULT_USER, REGION, SERVERS, SSH_PORT, Host, Jump
from orchestrator.spec.model import DEFAULT_OS, Os, Size, Target
from orchestrator.spec.sound import sound_map
from orchestrator.spec.tree import Findings, MapNode, Node, Place, Scalar
from providers.contract.types import Arch


def is_of_servers(written: Node) -> bool:
    """Whether a target, as it is written, is one of servers."""
    word = written.scalar("provider") if isinstance(written, MapNode) else None
    return word is not None and word.text == SERVERS


class ServerTargets:
    """Builds the server targets of one environment, and sees that no server and no name is
    there twice in it. `targets` are the names of all its targets."""

    def __init__(self, targets: Iterable[str], findings: Findings) -> None:
        self._targets = tuple(targets)
        self._findings = findings
        self._ids: dict[str, int] = {}
        self._names: dict[str, int] = {}

    def build(self, name: str, written: Node) -> Target | None:
        """The target, when it is right in itself. Notes files that are not there."""
        node = sound_map(written, words.SERVER_TARGET)
        if node is None:
            return None
        hosts = [self._host(item, node) for item in node.list("hosts")]
        for host, item in zip(hosts, node.list("hosts"), strict=True):
            self._check_once(host, item)
        os, arch = node.scalar("os"), node.scalar("arch")
        return Target(
            name=name,
            provider=SERVERS,
            region=REGION,
            size=Size(),
            count=len(hosts),
            os=cast(Os, os.text) if os else DEFAULT_OS,
            arch=cast(Arch, arch.text) if arch else "x86_64",
            hosts=tuple(hosts),
        )

    def _host(self, item: Node, target: MapNode) -> Host:
        """An item that has passed HOST, completed by what stands for the whole target."""
        own = item if isinstance(item, MapNode) else MapNode(item.place, {})
        short = words.SHORT.read(item) if isinstance(item, Scalar) else None
        user = _first(own, target, "user")
        port, name = own.scalar("port"), own.scalar("name")
        address, host_key = own.scalar("address"), own.scalar("host_key")
        way_in = own if own.scalar("key") or own.scalar("agent") else target
        key, agent = way_in.scalar("key"), way_in.scalar("agent")
        written_user = user.text if user else DEFAULT_USER
        os, arch = target.scalar("os"), target.scalar("arch")
        return Host(
            address=short.address if short else words.ADDRESS.read(cast(Scalar, address)),
            user=(short.user if short else None) or written_user,
            port=(short.port if short else words.PORT.read(port) if port else None) or SSH_PORT,
            name=words.HOST_NAME.read(name) if name else "",
            key=existing_file(key, key.place.file.parent, self._findings) if key else None,
            agent=words.AGENT.read(agent) if agent else False,
            host_key=words.FINGERPRINT.read(host_key) if host_key else "",
            jump=self._jump(own.get("jump") or target.get("jump"), written_user),
            os=os.text if os else None,
            arch=cast(Arch, arch.text) if arch else None,
        )

    def _jump(self, node: Node | None, user: str) -> Jump | None:
        """Where it names no user, whoever signs in to the servers signs in there too."""
        if isinstance(node, Scalar):
            short = words.SHORT.read(node)
            return Jump(short.address, short.user or user, short.port or SSH_PORT)
        if not isinstance(node, MapNode):
            return None
        address, host_key = node.scalar("address"), node.scalar("host_key")
        port, name = node.scalar("port"), node.scalar("user")
        key, agent = node.scalar("key"), node.scalar("agent")
        return Jump(
            address=words.ADDRESS.read(cast(Scalar, address)),
            user=name.text if name else user,
            port=words.PORT.read(port) if port else SSH_PORT,
            key=existing_file(key, key.place.file.parent, self._findings) if key else None,
            agent=words.AGENT.read(agent) if agent else False,
            host_key=words.FINGERPRINT.read(host_key) if host_key else "",
        )

    def _check_once(self, host: Host, item: Node) -> None:
        self._note_double(self._ids, host.id, f"the server {host.id}", item.place)
        if not host.name:
            return
        place = item.at("name") if isinstance(item, MapNode) else item.place
        self._note_double(self._names, host.name, f"the name '{host.name}'", place)
        for target in self._targets:
            if re.fullmatch(rf"{re.escape(target)}-[0-9]+", host.name):
                self._findings.add(
                    place,
                    f"'{host.name}' is what a machine of target '{target}' is called",
                    "choose another name",
                )

    def _note_double(self, seen: dict[str, int], what: str, called: str, place: Place) -> None:
        if what in seen:
            self._findings.add(
                place, f"{called} is here twice (first on line {seen[what]})", "remove one of them"
            )
        seen.setdefault(what, place.line)


def _first(own: MapNode, target: MapNode, key: str) -> Scalar | None:
    return own.scalar(key) or target.scalar(key)
