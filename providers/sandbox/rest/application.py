"""The web application in front of an emulated REST API."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from providers.sandbox.exchange import Entry, ExchangeLog
from providers.sandbox.faults import DROPPED, Fault, FaultQueue
from providers.sandbox.http import (
    Answer,
    Environ,
    StartResponse,
    drop_connection,
    read_body,
    send,
)
from providers.sandbox.rest.dialect import Action, Dialect
from providers.sandbox.rest.message import Json, RestAnswer, RestRefusal, RestRequest
from providers.sandbox.rest.recorder import Exchange, Recorder

NO_BODY = (204, 304)


class RestApplication:
    """Serves one API: requests one at a time under `lock`, faults where they strike, a line in
    the log for each exchange, and the whole of it where the recorder is on."""

    def __init__(
        self,
        dialect: Dialect,
        lock: AbstractContextManager[Any],
        log: ExchangeLog,
        faults: FaultQueue,
        recorder: Recorder,
    ) -> None:
        self._dialect = dialect
        self._lock = lock
        self._log = log
        self._faults = faults
        self._recorder = recorder

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI entry point."""
        raw = read_body(environ)
        request_id = str(uuid.uuid4())
        answer = self._exchange(read_request(environ), raw, request_id)
        if answer is None:
            drop_connection(environ)
        headers = {**answer.headers, **self._dialect.identify(request_id)}
        whole = _render(answer, headers, head=environ["REQUEST_METHOD"] == "HEAD")
        return send(whole, start_response)

    def _exchange(self, request: RestRequest, raw: bytes, request_id: str) -> RestAnswer | None:
        """The answer to give, or None to give none."""
        invalid: RestRefusal | None = None
        try:
            request = replace(request, body=json.loads(raw) if raw.strip() else None)
        except ValueError as error:
            invalid = RestRefusal(400, "parseError", f"The request body is not JSON: {error}")
        action = self._dialect.action(request)
        service, zone = self._dialect.service, action.zone
        request = replace(
            request,
            doom=lambda: self._faults.take(action.name, "operation", service=service, zone=zone),
        )
        fault = self._faults.take(action.name, "before", service=service, zone=zone)
        given: RestAnswer | None = None
        if fault is None:
            given = self._answer(request, invalid, request_id)
            fault = self._faults.take(action.name, "after", service=service, zone=zone)
        seen = given if fault is None else self._strike(fault, request_id)
        self._keep(request, action, given, seen, request_id, fault)
        return seen

    def _answer(
        self, request: RestRequest, invalid: RestRefusal | None, request_id: str
    ) -> RestAnswer:
        try:
            if invalid is not None:
                raise invalid
            with self._lock:
                return self._dialect.handle(request)
        except RestRefusal as refusal:
            return self._dialect.error(refusal, request_id)

    def _strike(self, fault: Fault, request_id: str) -> RestAnswer | None:
        if fault.status == DROPPED:
            return None
        refusal = RestRefusal(fault.status, fault.code, fault.message)
        return self._dialect.error(refusal, request_id)

    def _keep(
        self,
        request: RestRequest,
        action: Action,
        given: RestAnswer | None,
        seen: RestAnswer | None,
        request_id: str,
        fault: Fault | None,
    ) -> None:
        body = self._dialect.elide(request.body)
        parameters: dict[str, object] = {
            "method": request.method,
            "path": request.path,
            "query": dict(request.query),
            "body": body,
        }
        struck = f"{fault.when}: {fault.code or 'dropped'}" if fault else ""
        self._log.write(
            Entry(self._dialect.service, action.name, action.region, action.changes, parameters),
            seen.status if seen else DROPPED,
            error_code(seen),
            request_id,
            struck,
        )
        if self._recorder.on:
            answer = given if seen is None else seen
            self._recorder.keep(
                Exchange(
                    self._dialect.service,
                    action,
                    request,
                    body,
                    answer,
                    self._dialect.elide(answer.body if answer else None),
                    request_id,
                    struck,
                    seen is None,
                )
            )


def read_request(environ: Environ) -> RestRequest:
    """Everything of a request but its body. Of a parameter that is given more than once, the
    last value counts."""
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
    }
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    return RestRequest(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""), query, headers)


def error_code(answer: RestAnswer | None) -> str:
    """The code of an error answer as the log shows it: GCE's reason, ARM's code; empty for
    anything else."""
    if answer is None or answer.status < 400:
        return ""
    body = answer.body if isinstance(answer.body, dict) else {}
    error = body.get("error")
    if not isinstance(error, dict):
        return "Unknown"
    reasons = error.get("errors")
    if isinstance(reasons, list) and reasons and isinstance(reasons[0], dict):
        return str(reasons[0].get("reason") or "Unknown")
    return str(error.get("code") or "Unknown")


def _render(answer: RestAnswer, headers: Mapping[str, str], *, head: bool) -> Answer:
    if answer.status in NO_BODY:
        return Answer(answer.status, tuple(headers.items()), b"")
    data = b"" if answer.body is None else dump(answer.body)
    kind = {"Content-Type": "application/json; charset=utf-8"} if data else {}
    whole = {**kind, **headers, "Content-Length": str(len(data))}
    return Answer(answer.status, tuple(whole.items()), b"" if head else data)


def dump(body: Json) -> bytes:
    """A document as it goes over the wire."""
    return json.dumps(body).encode()
