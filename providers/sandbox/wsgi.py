"""The sandbox's web application: emulated APIs, and its own endpoints under /_longshore."""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from providers.sandbox.exchange import ExchangeLog, Request, error_code, read_request
from providers.sandbox.faults import DROPPED, Fault, FaultQueue, error_body, parse_faults
from providers.sandbox.http import (
    Answer,
    Application,
    Environ,
    StartResponse,
    drop_connection,
    read_body,
    send,
)
from providers.sandbox.regions import outside
from providers.sandbox.statuses import status_for

CONTROL = "/_longshore/"
REPLACED = ("content-length", "x-amzn-requestid")
# Long answers that are the same each time.
UNCHANGING = ("DescribeInstanceTypes", "DescribeInstanceTypeOfferings")
# moto sends one fixed id; a caller that reports ours can be found in the log.
REQUEST_ID = re.compile(rb"(<[Rr]equest(?:ID|Id)>)[^<]*(</)")


@dataclass(frozen=True)
class Controls:
    """What the endpoints under /_longshore show and change. `settings` take what one emulated
    API is to do, by its name, and raise ValueError for what they do not know."""

    address: str
    health: Callable[[], Mapping[str, str]]
    use_image: Callable[[str], None]
    settings: Mapping[str, Callable[[object], None]] = field(default_factory=dict)


class SandboxApplication:
    """Serves one request at a time to moto (its records are not made for threads); waiting for
    machines happens outside the lock. `others` are further APIs by the path they lie under;
    `faults` is theirs too."""

    def __init__(
        self,
        api: Application,
        lock: AbstractContextManager[Any],
        log: ExchangeLog,
        controls: Controls,
        after_change: Callable[[], None],
        regions: Collection[str],
        faults: FaultQueue,
        others: Mapping[str, Application],
    ) -> None:
        self._api = api
        self._lock = lock
        self._log = log
        self._controls = controls
        self._after_change = after_change
        self._regions = regions
        self._faults = faults
        self._others = others
        self._unchanging: dict[tuple[str, bytes], Answer] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI entry point."""
        path = environ.get("PATH_INFO", "")
        for prefix, other in self._others.items():
            if path.startswith(prefix):
                return other(environ, start_response)
        body = read_body(environ)
        if path.startswith(CONTROL):
            answer = self._control(path.removeprefix(CONTROL), environ["REQUEST_METHOD"], body)
        else:
            found = self._exchange(environ, body)
            if found is None:
                drop_connection(environ)
            answer = found
        return send(answer, start_response)

    def _exchange(self, environ: Environ, body: bytes) -> Answer | None:
        request = read_request(
            environ.get("HTTP_AUTHORIZATION", ""),
            environ.get("HTTP_X_AMZ_TARGET", ""),
            environ.get("QUERY_STRING", ""),
            body,
        )
        request_id = str(uuid.uuid4())
        fault = self._faults.take(request.action, "before", service=request.service)
        answer = None if fault else self._call(environ, body, request, request_id)
        if fault is None:
            if request.service == "ec2" and request.changes:
                self._after_change()
            fault = self._faults.take(request.action, "after", service=request.service)
        if fault is not None:
            answer = _strike(fault, request, request_id)
        self._log.write(
            request.entry(),
            answer.status if answer else DROPPED,
            error_code(answer.status, answer.body) if answer else "",
            request_id,
            f"{fault.when}: {fault.code or 'dropped'}" if fault else "",
        )
        return answer

    def _call(self, environ: Environ, body: bytes, request: Request, request_id: str) -> Answer:
        refusal = outside(request, self._regions)
        if refusal is not None:
            status, code, message = refusal
            return _refuse(request, request_id, status, code, message)
        key = (request.region, body)
        if request.action in UNCHANGING and key in self._unchanging:
            return self._unchanging[key]
        answer = self._dispatch(environ, body, request, request_id)
        if request.action in UNCHANGING and answer.status == 200:
            self._unchanging[key] = answer
        return answer

    def _dispatch(self, environ: Environ, body: bytes, request: Request, request_id: str) -> Answer:
        environ["wsgi.input"] = io.BytesIO(body)
        seen: list[tuple[int, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *rest: object) -> None:
            seen.append((int(status.split()[0]), headers))

        with self._lock:
            data = b"".join(self._api(environ, start))
        status, headers = seen[-1]
        data = REQUEST_ID.sub(rb"\g<1>" + request_id.encode() + rb"\g<2>", data)
        code = error_code(status, data)
        kept = [(key, value) for key, value in headers if key.lower() not in REPLACED]
        return Answer(
            status_for(request.service, code, status),
            (*kept, ("x-amzn-RequestId", request_id), ("Content-Length", str(len(data)))),
            data,
        )

    def _control(self, name: str, method: str, body: bytes) -> Answer:
        if name == "address":
            return _plain(200, "text/plain", self._controls.address)
        if name == "health":
            return _plain(200, "application/json", json.dumps(dict(self._controls.health())))
        if name == "faults" and method == "GET":
            return _plain(200, "application/json", json.dumps({"left": self._faults.left()}))
        settings = self._controls.settings
        if (name in ("faults", "image") or name in settings) and method == "POST":
            try:
                document = json.loads(body)
                if name in settings:
                    settings[name](document)
                elif name == "faults":
                    self._faults.replace(parse_faults(document))
                else:
                    self._controls.use_image(str(document["image"]))
            except (ValueError, KeyError, TypeError) as error:
                return _plain(400, "application/json", json.dumps({"error": str(error)}))
            return _plain(200, "application/json", "{}")
        return _plain(404, "text/plain", f"no such endpoint: {name}\n")


def _plain(status: int, kind: str, text: str) -> Answer:
    data = text.encode()
    return Answer(status, (("Content-Type", kind), ("Content-Length", str(len(data)))), data)


def _strike(fault: Fault, request: Request, request_id: str) -> Answer | None:
    if fault.status == DROPPED:
        return None
    return _refuse(request, request_id, fault.status, fault.code, fault.message)


def _refuse(request: Request, request_id: str, status: int, code: str, message: str) -> Answer:
    kind, data = error_body(request.service, code, message, request_id)
    return Answer(
        status,
        (
            ("Content-Type", kind),
            ("Content-Length", str(len(data))),
            ("x-amzn-RequestId", request_id),
        ),
        data,
    )
