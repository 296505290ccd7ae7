"""Volumes of a service, short and long.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#volumes
"""

from __future__ import annotations

import re
from typing import Literal, cast

from orchestrator.spec.model import Mount
from orchestrator.spec.shape import Either, Key, Keys, ListOf, Unfit, describe
from orchestrator.spec.tree import Findings, MapNode, Node, Place, Scalar
from orchestrator.spec.words import choice, flag, parsed, text

EXPECTED = "a volume such as data:/var/lib/data"
VOLUME_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_RELATIVE = (
    "the directory '{}' is on your computer, not on the machine",
    "put the files into the image, or use a named volume or an absolute path of the machine",
)


def short_mount(written: str) -> Mount:
    """`data:/path`, `/host:/path:ro` or just `/path`. Raises Unfit."""
    parts = written.split(":")
    if len(parts) > 3 or "" in parts:
        raise Unfit("")
    if len(parts) == 1:
        return Mount("volume", None, _inside(parts[0]))
    source, target = parts[0], parts[1]
    mode = parts[2] if len(parts) == 3 else "rw"
    if mode not in ("ro", "rw"):
        raise Unfit(
            f"the mount option '{mode}' is not supported by this version", "the options are ro, rw"
        )
    kind = _kind_of(source)
    return Mount(kind, source, _inside(target), read_only=mode == "ro")


def _kind_of(source: str) -> Literal["volume", "bind"]:
    if source.startswith("/"):
        return "bind"
    if source.startswith((".", "~")) or "/" in source:
        raise _on_the_deployers_side(source)
    if not VOLUME_NAME.fullmatch(source):
        raise Unfit(f"'{source}' is not the name of a volume")
    return "volume"


def _on_the_deployers_side(source: str) -> Unfit:
    return Unfit(_RELATIVE[0].format(source), _RELATIVE[1])


def _inside(target: str) -> str:
    if not target.startswith("/"):
        raise Unfit(f"expected an absolute path in the container, not '{target}'")
    return target


_SHORT_MOUNT = parsed(EXPECTED, short_mount)
_TYPE = choice("volume", "bind", "tmpfs")
_TARGET = parsed("an absolute path in the container", _inside)
_READ_ONLY = flag()
_NO_OPTION = "{} cannot be passed on yet; remove the key"
MOUNTS = ListOf(
    Either(
        EXPECTED,
        word=_SHORT_MOUNT,
        map=Keys(
            {
                "type": Key(_TYPE, "volume, bind or tmpfs.", "type: volume"),
                "source": Key(text(), "A volume's name, or an absolute path of the machine."),
                "target": Key(_TARGET, "The path in the container.", "target: /data"),
                "read_only": Key(_READ_ONLY, "Whether the container may only read."),
            },
            EXPECTED,
            {
                "bind": _NO_OPTION.format("options of bind mounts"),
                "volume": _NO_OPTION.format("options of volumes"),
                "tmpfs": _NO_OPTION.format("the size and mode of a tmpfs"),
                "image": "an image cannot be mounted yet; copy its files at build time",
                "consistency": "it only means something on Docker Desktop; remove the key",
            },
            together=True,
        ),
    ),
    "a list of volumes",
)


def build_mounts(nodes: tuple[Node, ...], findings: Findings) -> tuple[tuple[Mount, Place], ...]:
    """Every mount with its place; the nodes have passed MOUNTS. Notes what only shows when
    the keys of the long form are seen together."""
    built: list[tuple[Mount, Place]] = []
    for node in nodes:
        if isinstance(node, Scalar):
            built.append((_SHORT_MOUNT.read(node), node.place))
        elif isinstance(node, MapNode):
            mount = _long_mount(node, findings)
            if mount is not None:
                built.append((mount, node.place))
    seen: set[str] = set()
    for mount, place in built:
        if mount.target in seen:
            findings.add(place, f"two volumes at {mount.target}", "remove one of them")
        seen.add(mount.target)
    return tuple(built)


def _long_mount(node: MapNode, findings: Findings) -> Mount | None:
    type_node, source_node = node.scalar("type"), node.scalar("source")
    target_node, read_only = node.scalar("target"), node.scalar("read_only")
    assert type_node is not None and target_node is not None, "MOUNTS requires them"
    kind = cast(Literal["volume", "bind", "tmpfs"], _TYPE.read(type_node))
    source = source_node.text if source_node else None
    if kind == "tmpfs" and source is not None:
        findings.add(node.at("source"), "a tmpfs has no source", "remove the key")
        return None
    if kind == "bind" and source is None:
        findings.add(node.place, "'source' is missing", "a bind mount needs a path of the machine")
        return None
    wanted = "an absolute path" if kind == "bind" else "the name of a volume"
    if source_node is not None and source is not None:
        try:
            actual = _kind_of(source)
        except Unfit as error:
            hidden = source_node.interpolated
            message = f"expected {wanted}" if hidden else str(error)
            findings.add(node.at("source"), message, error.advice)
            return None
        if actual != kind:
            findings.add(node.at("source"), f"expected {wanted}, not {describe(source_node)}")
            return None
    return Mount(
        kind, source, _TARGET.read(target_node), bool(read_only and _READ_ONLY.read(read_only))
    )
