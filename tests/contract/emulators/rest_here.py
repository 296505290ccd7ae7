"""An emulated REST API of the sandbox in this process, with machines on paper.

Every exchange is recorded: the judges of tests/judges look at the whole of it in the end.
"""

from __future__ import annotations

import json
import logging
import shutil
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from providers.sandbox.authority import Authority
from providers.sandbox.exchange import ExchangeLog
from providers.sandbox.faults import FaultQueue, parse_faults
from providers.sandbox.http import Application, Environ, StartResponse
from providers.sandbox.rest.recorder import Recorder
from providers.sandbox.tls import make_tls_server
from tests.contract.emulators import Refusal
from tests.contract.emulators.traffic import keep, record
from tests.homes import new_home

Build = Callable[[ExchangeLog, FaultQueue, Recorder], Mapping[str, Application]]
"""Makes the API: applications by the paths they lie under."""


class RestHere:
    """`page` names the query parameter that says how long a page may be, where there is one;
    with an `authority` the API is served over TLS."""

    def __init__(
        self, service: str, build: Build, *, page: str = "", authority: Authority | None = None
    ) -> None:
        from werkzeug.serving import WSGIRequestHandler, make_server

        class KeepAlive(WSGIRequestHandler):
            """Connections stay open between requests, as in the clouds."""

            protocol_version = "HTTP/1.1"

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._service = service
        self._page_parameter = page
        self._page: int | None = None
        self.home: Path = new_home()
        self._log_file = self.home / "exchanges.jsonl"
        self._traffic = record(self.home / "traffic.jsonl")
        self._faults = FaultQueue()
        self._applications = build(
            ExchangeLog(self._log_file), self._faults, Recorder(self._traffic)
        )
        self._server = (
            make_server("127.0.0.1", 0, self._serve, threaded=True, request_handler=KeepAlive)
            if authority is None
            else make_tls_server(self._serve, authority, 0)
        )
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        scheme = "http" if authority is None else "https"
        self.endpoint = f"{scheme}://127.0.0.1:{self._server.server_port}"

    def refuse(self, action: str, refusal: Refusal, times: int, zone: str | None = None) -> None:
        """The newest fault takes the place of those before it: tests strike one at a time."""
        self._inject(
            action=action,
            when="operation" if refusal.late else "before",
            status=refusal.status,
            code=refusal.code,
            message=refusal.message,
            times=times,
            **({} if zone is None else {"zone": zone}),
        )

    def lose_answer(self, action: str, times: int) -> None:
        self._inject(action=action, when="after", times=times)

    def limit_pages(self, size: int) -> None:
        self._page = size

    def forget_faults(self) -> None:
        self._page = None
        self._faults.replace([])

    def log(self) -> list[tuple[str, bool]]:
        """Each action so far, and whether it changes something."""
        lines = map(json.loads, self._log_file.read_text().splitlines())
        return [(str(line["action"]), bool(line["changes"])) for line in lines]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        keep(self._traffic)
        shutil.rmtree(self.home)

    def _inject(self, **fault: object) -> None:
        self._faults.replace(parse_faults([{"service": self._service, **fault}]))

    def _serve(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if self._page is not None:
            environ["QUERY_STRING"] = self._shortened(environ.get("QUERY_STRING", ""))
        path = environ.get("PATH_INFO", "")
        for prefix, application in self._applications.items():
            if path.startswith(prefix):
                return application(environ, start_response)
        start_response("404 Not Found", [("Content-Length", "0")])
        return [b""]

    def _shortened(self, query: str) -> str:
        given: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
        if self._page_parameter in given:
            given[self._page_parameter] = str(self._page)
        return urlencode(given)
