"""A template as resources with their dependencies, every expression but references computed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from providers.sandbox.arm.document import Document
from providers.sandbox.arm.ids import ResourceId, parse_id
from providers.sandbox.arm.templates.expressions import Scope, evaluate, invalid

KNOWN = frozenset(
    (
        *("type", "name", "apiVersion", "location", "dependsOn", "copy", "condition", "comments"),
        *("tags", "properties", "sku", "kind", "plan", "zones", "identity", "extendedLocation"),
    )
)
OF_TEMPLATE = ("type", "name", "apiVersion", "dependsOn", "copy", "condition", "comments")


@dataclass(frozen=True)
class Step:
    """One resource of a template: its id, the document to PUT, and what has to stand first."""

    id: ResourceId
    version: str
    body: Document
    after: frozenset[str]


def read_steps(template: Document, scope: Scope) -> list[Step]:
    """The resources of a template in its own order. Raises RestRefusal (InvalidTemplate)."""
    raw = template.get("resources")
    if not isinstance(raw, list):
        raise invalid("the template has no list of resources")
    found: list[tuple[Document, int | None]] = []
    for entry in raw:
        if not isinstance(entry, dict) or not all(
            entry.get(name) for name in ("type", "name", "apiVersion")
        ):
            raise invalid("a resource needs type, name and apiVersion")
        unknown = set(entry) - KNOWN
        if unknown:
            raise invalid(
                f"could not find member '{sorted(unknown)[0]}' on object of type 'TemplateResource'"
            )
        count = evaluate((entry.get("copy") or {}).get("count", 0), scope.functions())
        found += [(entry, index) for index in range(int(count))] if count else [(entry, None)]
    ids = [_id(entry, scope, index) for entry, index in found]
    return [
        _step(id, entry, scope, index, ids) for id, (entry, index) in zip(ids, found, strict=True)
    ]


def _id(entry: Document, scope: Scope, index: int | None) -> ResourceId:
    namespace, *types = str(entry["type"]).split("/")
    names = str(evaluate(entry["name"], scope.functions(index))).split("/")
    if len(types) != len(names):
        raise invalid(
            f"the template resource '{'/'.join(names)}' for type '{entry['type']}' has incorrect "
            "segment lengths"
        )
    return ResourceId(scope.subscription, scope.group, namespace, tuple(types), tuple(names))


def _step(
    id: ResourceId, entry: Document, scope: Scope, index: int | None, ids: list[ResourceId]
) -> Step:
    functions = scope.functions(index)
    body = {name: value for name, value in entry.items() if name not in OF_TEMPLATE}
    wanted = evaluate(entry.get("dependsOn") or [], functions)
    after = frozenset(key for text in wanted for key in _targets(str(text), entry, ids))
    return Step(id, str(entry["apiVersion"]), evaluate(body, functions), after)


def _targets(text: str, entry: Document, ids: Iterable[ResourceId]) -> list[str]:
    """What a dependency names: an id, `Namespace/type/name`, or a name alone."""
    id = parse_id(text)
    found = [
        one.key
        for one in ids
        if (id is not None and one.key == id.key)
        or text.lower() in (one.name.lower(), f"{one.type}/{'/'.join(one.names)}".lower())
    ]
    if not found and id is None:
        raise invalid(
            f"the resource '{text}' is not defined in the template. Please see "
            "https://aka.ms/arm-syntax for usage details"
        )
    return found
