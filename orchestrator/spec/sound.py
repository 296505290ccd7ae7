"""What is left of a section when everything wrong in it is taken out.

The builders work on that, so that one mistake does not hide the next: a service with a bad
port is still checked against the others for everything else.
"""

from __future__ import annotations

from orchestrator.spec.shape import (
    Chosen,
    Either,
    Keys,
    ListOf,
    MapOf,
    Refused,
    Shape,
    check,
    form_of,
)
from orchestrator.spec.tree import Entry, Findings, ListNode, MapNode, Node, Scalar


def sound_part(node: Node, shape: Shape) -> Node | None:
    """The node without what departs from the shape; None when nothing useful is left."""
    if isinstance(shape, Chosen):
        return sound_part(node, shape.keys_of(node))
    if isinstance(shape, Either):
        form = form_of(node, shape)
        if form is None:
            null = isinstance(node, Scalar) and node.value is None and not node.unresolved
            return node if shape.null and null else None
        return sound_part(node, form)
    if isinstance(node, ListNode) and isinstance(shape, ListOf):
        parts = (sound_part(item, shape.item) for item in node.items)
        return ListNode(node.place, tuple(part for part in parts if part is not None))
    if isinstance(node, MapNode) and isinstance(shape, MapOf):
        return _entries(node, dict.fromkeys(node.entries, shape.value))
    if isinstance(node, MapNode) and isinstance(shape, Keys):
        return _keys(node, shape)
    if isinstance(node, Scalar) and not node.unresolved and not isinstance(shape, Refused):
        return node if check(node, shape, Findings()) else None
    return None


def sound_map(node: Node | None, shape: Shape) -> MapNode | None:
    """The sound part of a mapping; None when there is none."""
    part = None if node is None else sound_part(node, shape)
    return part if isinstance(part, MapNode) else None


def _keys(node: MapNode, shape: Keys) -> MapNode | None:
    wanted = {name: key.shape for name, key in shape.known.items() if name in node.entries}
    part = _entries(node, wanted)
    lost = len(part.entries) < len(wanted)
    missing = any(key.example and name not in part.entries for name, key in shape.known.items())
    return None if missing or (lost and shape.together) else part


def _entries(node: MapNode, shapes: dict[str, Shape]) -> MapNode:
    kept: dict[str, Entry] = {}
    for name, entry in node.entries.items():
        if name not in shapes or name.startswith("x-"):
            continue
        part = sound_part(entry.value, shapes[name])
        if part is not None:
            kept[name] = Entry(entry.key, part)
    return MapNode(node.place, kept)
