"""Which handler a path belongs to; paths are compared without regard to case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from providers.sandbox.arm.call import Call
from providers.sandbox.rest.message import RestAnswer

Handler = Callable[[Call, Mapping[str, str]], RestAnswer]
READING = ("GET", "HEAD")
VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}


@dataclass(frozen=True)
class Route:
    """One method of a path. `operation` is what it is called in the log and by faults; `type`
    is the one whose API versions it knows, and whose permissions it needs; an empty one knows
    any version. Words of the template in braces stand for any one word."""

    method: str
    template: str
    operation: str
    type: str
    handle: Handler
    free: bool = False
    """Whether it can be called without a token."""
    reads: bool = False
    """Whether it changes nothing, for a POST."""
    scope: str = ""
    """What its permission is called after, where that is not `type`."""

    @property
    def changes(self) -> bool:
        """Whether it changes anything."""
        return self.method not in READING and not self.reads

    @property
    def permission(self) -> str:
        """The action that the caller has to be allowed to do; empty for none."""
        if not self.type:
            return ""
        verb = VERBS.get(self.method)
        scope = self.scope or self.type
        if verb is not None:
            return f"{scope}/{verb}"
        return f"{scope}/{self.template.rpartition('/')[2]}/action"


class Router:
    """All routes, found by the number of words and then word by word."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[int, list[tuple[tuple[str, ...], Route]]] = {}
        for route in routes:
            words = tuple(route.template.strip("/").split("/"))
            self._routes.setdefault(len(words), []).append((words, route))

    def find(self, method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
        """The route of a request and the words that its braces stand for."""
        parts = [part for part in path.split("/") if part]
        for words, route in self._routes.get(len(parts), ()):
            if route.method == method:
                values = _match(words, parts)
                if values is not None:
                    return route, values
        return None

    def methods(self, path: str) -> list[str]:
        """The methods that a path knows."""
        parts = [part for part in path.split("/") if part]
        return [
            route.method
            for words, route in self._routes.get(len(parts), ())
            if _match(words, parts) is not None
        ]


def _match(words: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    values = {}
    for word, part in zip(words, parts, strict=True):
        if word.startswith("{"):
            if not part:
                return None
            values[word[1:-1]] = part
        elif word.lower() != part.lower():
            return None
    return values
