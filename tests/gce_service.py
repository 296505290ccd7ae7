"""Compute Engine's emulator in this process, without machines, judged by what it exchanged."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from providers.sandbox.exchange import ExchangeLog
from providers.sandbox.faults import FaultQueue, parse_faults
from providers.sandbox.gce.application import build_gce
from providers.sandbox.gce.cloud import PROJECT, Settings
from providers.sandbox.google_environment import google_environment
from providers.sandbox.home import Home
from providers.sandbox.http import Environ, StartResponse
from providers.sandbox.rest.recorder import Recorder
from tests.judges.allowed import not_allowed
from tests.judges.discovery import compute
from tests.judges.traffic import Violation, read_traffic
from tests.paper_hosts import PaperHosts


@dataclass
class GceService:
    """The API on a free loopback port, from `start` to `stop`. `folder` is a home of its own;
    `hosts` are machines on paper; `settings` may be changed while it runs."""

    folder: Path
    hosts: PaperHosts = field(default_factory=PaperHosts)
    settings: Settings = field(default_factory=Settings)
    faults: FaultQueue = field(default_factory=FaultQueue)
    project: str = PROJECT

    def start(self) -> GceService:
        from werkzeug.serving import WSGIRequestHandler, make_server

        class KeepAlive(WSGIRequestHandler):
            """Connections stay open between requests."""

            protocol_version = "HTTP/1.1"

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._home = Home(self.folder)
        self._home.make()
        self._apis = build_gce(
            self.hosts,
            ExchangeLog(self._home.exchanges),
            self.faults,
            Recorder(self._home.traffic),
            self.settings,
        )
        self._server = make_server(
            "127.0.0.1", 0, self._serve, threaded=True, request_handler=KeepAlive
        )
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def environment(self) -> dict[str, str]:
        """What leads Google's SDK and command line here, as a sandbox's own would."""
        return google_environment(self._home, self.endpoint)

    def strike(self, **fault: object) -> None:
        """Let a fault strike, in place of those before it; see `providers/sandbox/faults.py`."""
        self.faults.replace(parse_faults([{"service": "gce", **fault}]))

    def log(self) -> list[dict[str, Any]]:
        """Every exchange so far, as the log has it."""
        return [json.loads(line) for line in self._home.exchanges.read_text().splitlines()]

    def violations(self) -> list[Violation]:
        """What the judge says of everything that was exchanged so far."""
        judge = compute()
        traffic = read_traffic(self._home.traffic, "gce")
        return not_allowed(one for exchange in traffic for one in judge.judge(exchange))

    def _serve(self, environ: Environ, start_response: StartResponse) -> Any:
        path = environ.get("PATH_INFO", "")
        for prefix, api in self._apis.items():
            if path.startswith(prefix):
                return api(environ, start_response)
        start_response("404 Not Found", [("Content-Length", "0")])
        return [b""]
