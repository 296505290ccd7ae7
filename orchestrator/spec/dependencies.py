"""`depends_on`, the order it gives, and the mistakes it can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from orchestrator.spec.model import Dependency
from orchestrator.spec.shape import Either, Key, Keys, ListOf, MapOf, Unfit, Word, describe
from orchestrator.spec.tree import Findings, ListNode, MapNode, Node, Place, Scalar
from orchestrator.spec.words import choice, text

Condition = Literal["service_started", "service_healthy"]
_KNOWN = choice("service_started", "service_healthy")


def _read_condition(node: Scalar) -> str:
    if node.text == "service_completed_successfully":
        raise Unfit(
            "not supported by this version: services that run once and end are not awaited",
            "use service_started or service_healthy",
        )
    return _KNOWN.read(node)


def _read_default(expected: bool, reason: str) -> Word[bool]:
    def read(node: Scalar) -> bool:
        if node.value is not expected:
            if isinstance(node.value, bool):
                raise Unfit(f"not supported by this version: {reason}", "remove the key")
            raise Unfit(f"expected {str(expected).lower()}, not {describe(node)}")
        return expected

    return Word(str(expected).lower(), read, {"const": expected})


_SERVICE = text("the name of a service")
_CONDITION = Word(_KNOWN.expected, _read_condition, _KNOWN.schema)
DEPENDS_ON = Either(
    "a list of services or a mapping with conditions",
    items=ListOf(_SERVICE, "a list of services"),
    map=MapOf(
        Keys(
            {
                "condition": Key(
                    _CONDITION,
                    "service_started (started before) or service_healthy (also waited for).",
                    "condition: service_healthy",
                ),
                "restart": Key(
                    _read_default(False, "a service is not restarted along with another"),
                    "Only false.",
                ),
                "required": Key(
                    _read_default(True, "a service that others depend on is never left out"),
                    "Only true.",
                ),
            },
            "a mapping with 'condition'",
        ),
        "a mapping with conditions",
    ),
)


def build_dependencies(node: Node | None) -> tuple[tuple[Dependency, Place], ...]:
    """Each dependency with the place it is written at; the node has passed DEPENDS_ON."""
    if isinstance(node, ListNode):
        names = {_SERVICE.read(item): item.place for item in node.items if isinstance(item, Scalar)}
        return tuple((Dependency(name), place) for name, place in names.items())
    built = []
    if isinstance(node, MapNode):
        for name, entry in node.entries.items():
            if isinstance(entry.value, MapNode):
                condition = entry.value.scalar("condition")
                assert condition is not None, "DEPENDS_ON requires it"
                kind = cast(Condition, _CONDITION.read(condition))
                built.append((Dependency(name, kind), entry.key))
    return tuple(built)


def in_dependency_order(
    needs: Mapping[str, Mapping[str, Place]], findings: Findings
) -> tuple[str, ...]:
    """Service names, each behind what it needs, otherwise as written. Notes each cycle once;
    names that do not exist are passed over."""
    done: dict[str, None] = {}
    path: list[str] = []
    told: set[frozenset[str]] = set()

    def visit(name: str) -> None:
        if name in done:
            return
        path.append(name)
        for other, place in needs[name].items():
            if other in path:
                cycle = [*path[path.index(other) :], other]
                if frozenset(cycle) not in told:
                    told.add(frozenset(cycle))
                    findings.add(
                        place,
                        f"services depend on each other in a circle: {' -> '.join(cycle)}",
                        "remove one of these dependencies",
                    )
            elif other in needs:
                visit(other)
        path.pop()
        done[name] = None

    for name in needs:
        visit(name)
    return tuple(done)
