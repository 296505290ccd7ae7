"""The judge of Compute Engine's traffic: Google's own description of the API.

It cannot see fields that are missing from answers, because the document does not say which
there must be; clients that read them do that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient

from tests.judges.schema import Checker, Schema, check_scalar
from tests.judges.traffic import Exchange, Json, Violation

DOCUMENT = (
    Path(googleapiclient.__file__).parent / "discovery_cache" / "documents" / "compute.v1.json"
)
SERVICE = "gce"
ERROR: Schema = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "integer"},
                "message": {"type": "string"},
                "status": {"type": "string", "pattern": "[A-Z_]+"},
                "details": {"type": "array", "items": {"type": "any"}},
                "errors": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "message": {"type": "string"},
                            "domain": {"type": "string"},
                            "reason": {"type": "string"},
                            "location": {"type": "string"},
                            "locationType": {"type": "string"},
                        },
                    },
                },
            },
        }
    },
}
"""The JSON API's error body, which the discovery document leaves out."""


@dataclass(frozen=True)
class Method:
    """One method of the document. `id` is its name with the API's, such as
    `compute.instances.insert`."""

    id: str
    verb: str
    pattern: re.Pattern[str]
    parameters: Mapping[str, Schema]
    request: Schema | None
    response: Schema | None

    @property
    def name(self) -> str:
        return self.id.partition(".")[2]


class Judge:
    """Judges exchanges by a discovery document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._schemas: Mapping[str, Schema] = document["schemas"]
        self._everywhere: Mapping[str, Schema] = document["parameters"]
        self._root = "/" + document["servicePath"]
        self._methods = tuple(
            _read_method(method)
            for resource in document["resources"].values()
            for method in resource["methods"].values()
        )

    def judge(self, exchange: Exchange) -> list[Violation]:
        """Everything that is wrong with an exchange, in either direction."""
        return [Violation(SERVICE, place, what) for place, what in self._judge(exchange)]

    def _judge(self, exchange: Exchange) -> Iterator[tuple[str, str]]:
        found = self._find(exchange)
        if found is None:
            yield f"{exchange.method} {exchange.path}", "no such method"
            return
        method, parts = found
        for name, value in parts.items():
            wrong = check_scalar(method.parameters[name], "string", value)
            if wrong:
                yield f"{method.name} path {name}", wrong
        yield from self._judge_query(method, exchange.query)
        yield from self._judge_request(method, exchange.request)
        if exchange.status:
            yield from self._judge_answer(method, exchange.status, exchange.response)

    def _find(self, exchange: Exchange) -> tuple[Method, Mapping[str, str]] | None:
        if not exchange.path.startswith(self._root):
            return None
        path = exchange.path.removeprefix(self._root)
        for method in self._methods:
            match = method.pattern.fullmatch(path) if method.verb == exchange.method else None
            if match:
                return method, match.groupdict()
        return None

    def _judge_query(self, method: Method, query: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        own = {
            name: schema
            for name, schema in method.parameters.items()
            if schema["location"] == "query"
        }
        for name, value in query.items():
            schema = own.get(name) or self._everywhere.get(name)
            place = f"{method.name} ?{name}"
            if schema is None:
                yield place, "unknown parameter"
                continue
            wrong = _check_parameter(schema, value)
            if wrong:
                yield place, wrong
        for name, schema in own.items():
            if schema.get("required") and name not in query:
                yield f"{method.name} ?{name}", "required parameter is missing"

    def _judge_request(self, method: Method, body: Json) -> Iterator[tuple[str, str]]:
        place = f"{method.name} request"
        if method.request is None:
            if body is not None:
                yield place, "the method has no body"
        elif body is None:
            yield place, "the method needs a body"
        else:
            checker = Checker(self._schemas, method.id, is_request=True)
            yield from checker.check(method.request, body, place)

    def _judge_answer(self, method: Method, status: int, body: Json) -> Iterator[tuple[str, str]]:
        place = f"{method.name} {status}"
        schema = ERROR if status >= 400 else method.response
        if schema is None:
            if body is not None:
                yield place, "the method answers without a body"
        elif body is None:
            yield place, "an answer without a body"
        else:
            checker = Checker(self._schemas, method.id, is_request=False)
            yield from checker.check(schema, body, place)
            if status >= 400 and isinstance(body, dict):
                yield from _judge_error(place, status, body)


@cache
def compute() -> Judge:
    """The judge by the document that google-api-python-client brings."""
    return Judge(json.loads(DOCUMENT.read_text()))


def _read_method(told: Mapping[str, Any]) -> Method:
    pattern = "/".join(
        f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part)
        for part in told["flatPath"].split("/")
    )
    return Method(
        told["id"],
        told["httpMethod"],
        re.compile(pattern),
        told.get("parameters", {}),
        told.get("request"),
        told.get("response"),
    )


def _check_parameter(schema: Schema, value: str) -> str:
    """What is wrong with a query parameter, which is text whatever its type."""
    kind = schema["type"]
    if kind == "boolean":
        return "" if value in ("true", "false") else f"not a boolean but {value!r}"
    if kind in ("integer", "number"):
        try:
            number = int(value) if kind == "integer" else float(value)
        except ValueError:
            return f"not a number but {value!r}"
        return check_scalar(schema, kind, number)
    return check_scalar(schema, kind, value)


def _judge_error(place: str, status: int, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    error = body.get("error")
    if not isinstance(error, dict):
        yield f"{place}.error", "an error answer without an error"
        return
    if error.get("code") != status:
        yield f"{place}.error.code", f"not the status but {error.get('code')!r}"
    for name in ("message", "errors"):
        if not error.get(name):
            yield f"{place}.error.{name}", "missing"
