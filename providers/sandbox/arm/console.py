"""The serial console's log, behind a link that carries its own permission, as a blob's does."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterable
from urllib.parse import parse_qs, urlencode

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.network.references import MACHINES
from providers.sandbox.arm.store import Record
from providers.sandbox.arm.world import World
from providers.sandbox.http import Answer, Application, Environ, StartResponse, send

PREFIX = "/bootdiagnostics/"
LIFE = 120 * 60  # seconds; what Azure gives when nobody says otherwise
NO_PICTURE = b"The sandbox's machines have no screen.\n"


def console_link(world: World, call: Call, record: Record, what: str) -> str:
    """A link to the log (`serial`) or the picture (`screenshot`) of a machine's console."""
    expires = str(int(time.time()) + LIFE)
    path = f"{PREFIX}{record.machine or record.guid}/{what}.log"
    query = urlencode({"se": expires, "sig": world.tokens.seal(f"{path} {expires}")})
    return f"{call.base}{path}?{query}"


class Consoles:
    """Serves those links, and gives everything else to the API."""

    def __init__(self, world: World, api: Application) -> None:
        self._world = world
        self._api = api

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI entry point."""
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX):
            return self._api(environ, start_response)
        status, data = self._read(path, environ.get("QUERY_STRING", ""))
        kind = ("Content-Type", "text/plain; charset=utf-8")
        headers = (kind, ("Content-Length", str(len(data))))
        return send(Answer(status, headers, data), start_response)

    def _read(self, path: str, query: str) -> tuple[int, bytes]:
        given = parse_qs(query)
        expires, signature = given.get("se", [""])[0], given.get("sig", [""])[0]
        wanted = self._world.tokens.seal(f"{path} {expires}")
        if not hmac.compare_digest(signature, wanted) or int(expires) < time.time():
            return 403, b"AuthenticationFailed\n"
        machine, _, what = path.removeprefix(PREFIX).partition("/")
        with self._world.lock:
            known = any(one.machine == machine for one in self._world.store.records(MACHINES))
        if not known:
            return 404, b"BlobNotFound\n"
        if what.startswith("screenshot"):
            return 200, NO_PICTURE
        return 200, self._world.hosts.console(machine)
