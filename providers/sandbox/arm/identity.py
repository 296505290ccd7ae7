"""The managed identity's token endpoint, in App Service's manner.

SDKs find it by IDENTITY_ENDPOINT and IDENTITY_HEADER, and so does `az login --identity`: "How to
use managed identities for App Service", REST endpoint reference.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable
from urllib.parse import parse_qs

from providers.sandbox.arm.tokens import Tokens
from providers.sandbox.http import Answer, Environ, StartResponse, send

PATH = "/msi/token"
VERSIONS = ("2017-09-01", "2019-08-01")


class IdentityEndpoint:
    """Gives tokens to whoever knows the secret of the header."""

    def __init__(self, tokens: Tokens, secret: str) -> None:
        self._tokens = tokens
        self._secret = secret

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI entry point."""
        status, document = self._answer(environ)
        data = json.dumps(document).encode()
        headers = (("Content-Type", "application/json"), ("Content-Length", str(len(data))))
        return send(Answer(status, headers, data), start_response)

    def _answer(self, environ: Environ) -> tuple[int, dict[str, object]]:
        given = environ.get("HTTP_X_IDENTITY_HEADER", "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return 401, {"statusCode": 401, "message": "The header X-IDENTITY-HEADER is not valid."}
        query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
        if query.get("api-version") not in VERSIONS or not query.get("resource"):
            return 400, {"statusCode": 400, "message": "api-version or resource is missing."}
        if any(name in query for name in ("client_id", "mi_res_id", "principal_id")):
            return 400, {"statusCode": 400, "message": "There is no such user-assigned identity."}
        token, expires = self._tokens.issue(query["resource"])
        return 200, {
            "access_token": token,
            "expires_on": str(expires),
            "resource": query["resource"],
            "token_type": "Bearer",
            "client_id": self._tokens.principal,
        }
