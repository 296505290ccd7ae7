"""Compute Engine's answers on the wire, from a server on the loopback interface.

Answers are given beforehand, operation by operation, in order; the last one of an operation
is given for ever. Requests are told apart by Google's own discovery document, so that a call
it does not have is an error here.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import googleapiclient

from providers.contract.retry import Retry
from providers.contract.types import ProviderSettings
from providers.gcp.calls import Calls
from providers.gcp.client import Clients

Json = dict[str, Any]
PROJECT = "shop-project"
REGION = "us-central1"
ZONE = "us-central1-a"
BASE = "/compute/v1/"


@dataclass(frozen=True)
class Sent:
    """One request as it came."""

    operation: str
    path: str
    query: Mapping[str, str]
    body: Json
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Raw:
    """An answer that is not JSON, or has headers of its own; status 0 cuts the connection."""

    status: int
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Json | Raw | Callable[[Sent], "Json | Raw"]


def error(reason: str, message: str, status: int, headers: Mapping[str, str] | None = None) -> Raw:
    """An error in Compute Engine's JSON form."""
    body = {
        "error": {
            "code": status,
            "message": message,
            "errors": [{"message": message, "domain": "global", "reason": reason}],
        }
    }
    return Raw(status, json.dumps(body), headers or {})


def operation(
    *errors: tuple[str, str],
    status: str = "DONE",
    name: str = "operation-1",
    http: int | None = None,
    everywhere: bool = False,
) -> Json:
    """A long-running operation, by default one that ended well."""
    made: Json = {
        "kind": "compute#operation",
        "id": "1",
        "name": name,
        "status": status,
        "operationType": "insert",
        "targetLink": f"https://x/compute/v1/projects/{PROJECT}/zones/{ZONE}/instances/n",
        "progress": 100 if status == "DONE" else 0,
    }
    if not everywhere:
        made["zone"] = f"https://x/compute/v1/projects/{PROJECT}/zones/{ZONE}"
    if errors:
        made["error"] = {"errors": [{"code": code, "message": text} for code, text in errors]}
    if http is not None:
        made["httpErrorStatusCode"] = http
        made["httpErrorMessage"] = "SERVICE UNAVAILABLE"
    return made


def running(**changes: object) -> Json:
    return operation(status="RUNNING", **changes)  # type: ignore[arg-type]


def instance(
    status: str = "RUNNING",
    *,
    name: str = "us-1-0123456789abcdef0123",
    address: str = "203.0.113.9",
    labels: Mapping[str, str] | None = None,
    **more: object,
) -> Json:
    """One instance, ours unless other labels are given."""
    access = {"name": "External NAT", "type": "ONE_TO_ONE_NAT"}
    if address:
        access["natIP"] = address
    base = f"https://x/compute/v1/projects/{PROJECT}/zones/{ZONE}"
    return {
        "id": "7",
        "name": name,
        "status": status,
        "zone": base,
        "machineType": f"{base}/machineTypes/e2-small",
        "creationTimestamp": "2026-01-02T03:04:05.000-08:00",
        "labels": dict(OURS if labels is None else labels),
        "labelFingerprint": "abc=",
        "networkInterfaces": [{"networkIP": "10.128.0.2", "accessConfigs": [access]}],
        "disks": [{"autoDelete": True, "boot": True, "source": f"{base}/disks/{name}"}],
        "scheduling": {"provisioningModel": "STANDARD"},
        **more,
    }


OURS = {
    "longshore-project": "shop",
    "longshore-environment": "production",
    "longshore-target": "us",
    "longshore-machine": "us-1",
    "longshore-token": "us-1-0123456789abcdef0123",
}
NOT_FOUND = error("notFound", "The resource was not found", 404)


def aggregated(key: str, *items: Json, more: Json | None = None, **rest: object) -> Json:
    """An aggregated list with the items in one zone and a warning for another."""
    empty = {"warning": {"code": "NO_RESULTS_ON_PAGE", "message": "nothing here"}}
    zone = {key: list(items)} if items else empty
    return {
        "items": {"zones/europe-west1-b": empty, f"zones/{ZONE}": zone, **(more or {})},
        **rest,
    }


@cache
def _operations() -> list[tuple[str, re.Pattern[str], str]]:
    folder = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
    document = json.loads((folder / "compute.v1.json").read_text())
    return [
        (
            method["httpMethod"],
            re.compile(BASE + re.sub(r"{\w+}", "[^/]+", method["flatPath"])),
            f"{resource}.{name}",
        )
        for resource, about in document["resources"].items()
        for name, method in about.get("methods", {}).items()
    ]


def names_of_operations() -> set[str]:
    """Every method of the API, as `instances.insert`."""
    return {name for _, _, name in _operations()}


def operation_of(verb: str, path: str) -> str:
    """The discovery document's name for a request."""
    found = [
        name
        for method, pattern, name in _operations()
        if method == verb and pattern.fullmatch(path)
    ]
    # `firewalls.patch` and its like have a verb of their own; a literal path beats a variable.
    return found[0] if found else f"{verb} {path}"


class Canned:
    """Calls to a server whose answers are given. `sent` has what was asked, `pauses` the waits
    in between, which take no time here."""

    def __init__(self, endpoint: str, answers: Mapping[str, list[Answer]]) -> None:
        self.answers = {name: list(given) for name, given in answers.items()}
        self.sent: list[Sent] = []
        self.pauses: list[float] = []
        self.retries: list[Retry] = []
        settings = ProviderSettings("gcp", endpoint=endpoint, project=PROJECT)
        self.settings = settings
        self.calls = Calls(Clients(settings, REGION), self.retries.append, self.pause)
        self._lock = threading.Lock()

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    @property
    def operations(self) -> list[str]:
        return [one.operation for one in self.sent]

    def bodies(self, operation: str) -> list[Json]:
        return [one.body for one in self.sent if one.operation == operation]

    def answer(self, sent: Sent) -> Json | Raw:
        with self._lock:
            self.sent.append(sent)
            given = self.answers.get(sent.operation)
            if not given:
                return error("invalid", f"no answer is given for {sent.operation}", 400)
            found = given.pop(0) if len(given) > 1 else given[0]
        return found(sent) if callable(found) else found


@contextmanager
def serving(answers: Mapping[str, list[Answer]], kind: type[Canned] = Canned) -> Iterator[Canned]:
    """A server with these answers, on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            split = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            text = self.rfile.read(length)
            given = canned.answer(
                Sent(
                    operation_of(self.command, split.path),
                    split.path,
                    dict(parse_qsl(split.query)),
                    json.loads(text) if text else {},
                    {key.lower(): value for key, value in self.headers.items()},
                )
            )
            raw = given if isinstance(given, Raw) else Raw(200, json.dumps(given))
            if raw.status == 0:
                self.close_connection = True
                return
            body = raw.text.encode()
            self.send_response_only(raw.status)
            if "Date" not in raw.headers:
                self.send_header("Date", self.date_time_string())
            for key, value in raw.headers.items():
                self.send_header(key, value)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = do_PATCH = do_PUT = _serve

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    canned = kind(f"http://127.0.0.1:{server.server_address[1]}", answers)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    try:
        yield canned
    finally:
        server.shutdown()
        server.server_close()


def answers(**given: list[Answer]) -> dict[str, list[Answer]]:
    """Answers by operation, with underscores for dots."""
    return {name.replace("_", ".", 1): list(value) for name, value in given.items()}
