"""Requests, answers and refusals of a REST API, before they are HTTP and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from providers.sandbox.faults import Fault

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""A parsed JSON document."""


def no_fault() -> Fault | None:
    """What begins well ends well."""
    return None


@dataclass(frozen=True)
class RestRequest:
    """One request. `path` has no query and is not decoded further than the server does it;
    header names are lower-case. `body` is None where there is none.

    An API that begins a long-running operation calls `doom` once; when that gives a fault, the
    operation has to end in its code and message.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    doom: Callable[[], Fault | None] = no_fault


@dataclass(frozen=True)
class RestAnswer:
    """One answer. `body` None sends no body at all."""

    status: int
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)


class RestRefusal(Exception):
    """The API refuses a request. `code` is what the API's own error bodies call it (GCE's
    reason, ARM's code); `details` are further members of that body."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Mapping[str, Json] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details: Mapping[str, Json] = details or {}
        self.headers: Mapping[str, str] = headers or {}
