"""Template expressions: `[resourceId('Microsoft.Network/virtualNetworks', parameters('x'))]`.

"Template functions", as far as templates go that make the resources of the sandbox.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from providers.sandbox.arm.refusals import refuse
from providers.sandbox.rest.message import RestRefusal

TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(-?\d+)|([A-Za-z_$][\w$]*)|([()\[\].,]))")
Function = Callable[[list[Any]], Any]


def evaluate(value: Any, functions: Mapping[str, Function]) -> Any:
    """The value with every expression in it, at any depth, replaced by what it says."""
    if isinstance(value, dict):
        return {
            str(evaluate(name, functions)): evaluate(entry, functions)
            for name, entry in value.items()
        }
    if isinstance(value, list):
        return [evaluate(entry, functions) for entry in value]
    if not isinstance(value, str) or not value.startswith("[") or not value.endswith("]"):
        return value
    if value.startswith("[["):
        return value[1:]
    return _Reader(value[1:-1], functions).whole()


def invalid(message: str) -> RestRefusal:
    """The template cannot be read."""
    return refuse(400, "InvalidTemplate", f"Deployment template validation failed: '{message}'.")


class _Reader:
    """Reads one expression from left to right, and computes it on the way."""

    def __init__(self, text: str, functions: Mapping[str, Function]) -> None:
        self._text = text
        self._functions = {name.lower(): function for name, function in functions.items()}
        self._tokens = self._split(text)
        self._next = 0

    def whole(self) -> Any:
        """The expression to its end."""
        value = self._value()
        if self._next != len(self._tokens):
            raise self._broken()
        return value

    def _split(self, text: str) -> list[str]:
        tokens, at = [], 0
        while at < len(text.rstrip()):
            match = TOKEN.match(text, at)
            if match is None:
                raise self._broken()
            tokens.append(next(group for group in match.groups() if group is not None))
            at = match.end()
        return tokens

    def _broken(self) -> RestRefusal:
        return invalid(f"the language expression '{self._text}' is not valid")

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _take(self, wanted: str = "") -> str:
        token = self._peek()
        if not token or (wanted and token != wanted):
            raise self._broken()
        self._next += 1
        return token

    def _value(self) -> Any:
        token = self._take()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token.lstrip("-").isdigit():
            return int(token)
        value = self._call(token)
        while self._peek() in (".", "["):
            if self._take() == ".":
                key: Any = self._take()
            else:
                key = self._value()
                self._take("]")
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError) as error:
                raise invalid(
                    f"the language expression property '{key}' doesn't exist in '{self._text}'"
                ) from error
        return value

    def _call(self, name: str) -> Any:
        self._take("(")
        arguments = []
        while self._peek() != ")":
            arguments.append(self._value())
            if self._peek() == ",":
                self._take()
        self._take(")")
        function = self._functions.get(name.lower())
        if function is None:
            raise invalid(f"the template function '{name}' is not valid")
        return function(arguments)


@dataclass(frozen=True)
class Scope:
    """Where a deployment takes place, and what it was given."""

    subscription: str
    tenant: str
    group: str
    location: str
    name: str
    parameters: Mapping[str, Any]
    variables: Mapping[str, Any]
    reference: Callable[[str], Any]
    """The properties of a resource by its id or, within the template, its name."""
    versions: Callable[[str], list[str]]
    """The API versions of a type."""

    def functions(self, copy_index: int | None = None) -> dict[str, Function]:
        """The functions that expressions can call."""

        def index(arguments: list[Any]) -> int:
            if copy_index is None:
                raise invalid("copyIndex is not expected at this location")
            offset = next((one for one in arguments if isinstance(one, int)), 0)
            return copy_index + offset

        def of(values: Mapping[str, Any], what: str) -> Function:
            def find(arguments: list[Any]) -> Any:
                found = {name.lower(): value for name, value in values.items()}
                if str(arguments[0]).lower() not in found:
                    raise invalid(f"the template {what} '{arguments[0]}' is not found")
                return evaluate(found[str(arguments[0]).lower()], self.functions(copy_index))

            return find

        return {
            "parameters": of(self.parameters, "parameter"),
            "variables": of(self.variables, "variable"),
            "resourceId": self._resource_id,
            "subscriptionResourceId": lambda a: (
                f"/subscriptions/{self.subscription}/providers/{_pairs(a[0], a[1:])}"
            ),
            "reference": lambda a: self.reference(str(a[0])),
            "providers": lambda a: {"apiVersions": self.versions("/".join(map(str, a)))},
            "concat": lambda a: (
                [entry for one in a for entry in one]
                if a and isinstance(a[0], list)
                else "".join(map(str, a))
            ),
            "format": lambda a: str(a[0]).format(*a[1:]),
            "toLower": lambda a: str(a[0]).lower(),
            "toUpper": lambda a: str(a[0]).upper(),
            "string": lambda a: str(a[0]),
            "int": lambda a: int(a[0]),
            "base64": lambda a: b64encode(str(a[0]).encode()).decode(),
            "uniqueString": lambda a: hashlib.sha256("/".join(map(str, a)).encode()).hexdigest()[
                :13
            ],
            "guid": lambda a: str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, a)))),
            "copyIndex": index,
            "resourceGroup": lambda a: {
                "id": f"/subscriptions/{self.subscription}/resourceGroups/{self.group}",
                "name": self.group,
                "location": self.location,
            },
            "subscription": lambda a: {
                "id": f"/subscriptions/{self.subscription}",
                "subscriptionId": self.subscription,
                "tenantId": self.tenant,
            },
            "deployment": lambda a: {"name": self.name},
        }

    def _resource_id(self, arguments: list[Any]) -> str:
        """resourceId([subscription], [group], type, names...)."""
        at = next((i for i, one in enumerate(arguments) if "/" in str(one)), None)
        if at is None or at > 2:
            raise invalid("resourceId needs a resource type")
        group = arguments[at - 1] if at else self.group
        subscription = arguments[0] if at == 2 else self.subscription
        return (
            f"/subscriptions/{subscription}/resourceGroups/{group}/providers/"
            f"{_pairs(arguments[at], arguments[at + 1 :])}"
        )


def _pairs(type: str, names: list[Any]) -> str:
    namespace, *types = type.split("/")
    if len(types) != len(names):
        raise invalid(f"the resource type '{type}' does not fit the number of names")
    return "/".join([namespace, *(f"{a}/{b}" for a, b in zip(types, names, strict=True))])
