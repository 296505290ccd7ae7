"""Dry runs: EC2 says whether a call would be allowed, and nothing happens (API reference, the
parameter DryRun). moto looks at the parameter in some calls and carries out the others."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from providers.sandbox.exchange import read_request
from providers.sandbox.faults import error_body
from providers.sandbox.http import Answer, read_body, send
from providers.sandbox.statuses import status_for

if TYPE_CHECKING:
    from providers.sandbox.http import Application, Environ, StartResponse

CODE = "DryRunOperation"
MESSAGE = "Request would have succeeded, but DryRun flag is set."


class DryRuns:
    """A WSGI application that answers dry runs itself and passes everything else on."""

    def __init__(self, api: Application) -> None:
        self._api = api

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body = read_body(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        request = read_request(environ.get("HTTP_AUTHORIZATION", ""), "", "", body)
        if not request.dry_run:
            return self._api(environ, start_response)
        kind, data = error_body("ec2", CODE, MESSAGE, "dry-run")
        headers = (("Content-Type", kind), ("Content-Length", str(len(data))))
        return send(Answer(status_for("ec2", CODE, 400), headers, data), start_response)
