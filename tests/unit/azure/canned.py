"""Azure's answers on the wire, from a server on this machine: what the SDK would receive."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from azure.core.credentials import AccessToken

from providers.azure.calls import Calls
from providers.azure.clients import Clients
from providers.contract.retry import Retry
from providers.contract.types import ProviderSettings

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
REGION = "westeurope"
GROUP = "longshore-shop-production-westeurope"
TOKEN = "us-1-0123456789abcdef0123"


@dataclass(frozen=True)
class Answer:
    """Status, body and headers. `$` in a header stands for the server's own address. No body
    at all is None. A `cut` answer is none: the connection ends."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass(frozen=True)
class Sent:
    """A request as it came."""

    key: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: object


def arm_error(code: str, message: str, status: int, **headers: str) -> Answer:
    """An error in Azure Resource Manager's form."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"error": {"code": code, "message": message}}, named)


def accepted(body: object = None, status: int = 201, operation: str = "one") -> Answer:
    """An answer to a change that goes on."""
    link = f"$/subscriptions/s/providers/Microsoft.X/locations/w/operations/{operation}"
    return Answer(status, body or {}, {"Azure-AsyncOperation": link})


def going() -> Answer:
    return Answer(200, {"status": "InProgress"})


def succeeded() -> Answer:
    return Answer(200, {"status": "Succeeded"})


def ended_in(code: str, message: str = "it said") -> Answer:
    """An operation that failed: HTTP 200 all the same."""
    return Answer(200, {"status": "Failed", "error": {"code": code, "message": message}})


def missing() -> Answer:
    return arm_error("ResourceNotFound", "it was not found", 404)


def id_of(kind: str, name: str, group: str = GROUP) -> str:
    namespace = "Compute" if kind in ("virtualMachines", "disks") else "Network"
    return (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}"
        f"/providers/Microsoft.{namespace}/{kind}/{name}"
    )


def vm(
    provisioning: str = "Succeeded",
    power: str = "running",
    *,
    tags: Mapping[str, str] | None = None,
    name: str = TOKEN,
    failure: str = "",
    nic: bool = True,
) -> dict[str, object]:
    """A VM as a GET with its instance view answers."""
    ours = {
        "longshore-project": "shop",
        "longshore-environment": "production",
        "longshore-target": "us",
        "longshore-machine": "us-1",
        "longshore-token": name,
        "longshore-trust": "initial",
    }
    code = f"ProvisioningState/{provisioning.lower()}" + (f"/{failure}" if failure else "")
    statuses = [{"code": code, "message": f"{failure}: it said"}]
    if power:
        statuses.append({"code": f"PowerState/{power}"})
    nics = [
        {
            "id": id_of("networkInterfaces", f"{name}-nic"),
            "properties": {"primary": True, "deleteOption": "Delete"},
        }
    ]
    return {
        "id": id_of("virtualMachines", name),
        "name": name,
        "location": REGION,
        "tags": ours if tags is None else dict(tags),
        "zones": ["1"],
        "properties": {
            "provisioningState": provisioning,
            "hardwareProfile": {"vmSize": "Standard_B2s"},
            "storageProfile": {
                "osDisk": {
                    "name": f"{name}-os",
                    "createOption": "FromImage",
                    "deleteOption": "Delete",
                    "managedDisk": {"id": id_of("disks", f"{name}-os")},
                }
            },
            "networkProfile": {"networkInterfaces": nics if nic else []},
            "timeCreated": "2026-01-02T03:04:05.6Z",
            "instanceView": {"statuses": statuses},
        },
    }


def nic(address: str | None = "20.1.2.3", name: str = f"{TOKEN}-nic") -> dict[str, object]:
    """An interface as a GET with its address expanded answers."""
    public: dict[str, object] = {"id": id_of("publicIPAddresses", f"{TOKEN}-ip")}
    if address is not None:
        public["properties"] = {"ipAddress": address}
    return {
        "id": id_of("networkInterfaces", name),
        "name": name,
        "location": REGION,
        "tags": {},
        "properties": {
            "ipConfigurations": [
                {
                    "name": "primary",
                    "properties": {
                        "primary": True,
                        "privateIPAddress": "10.90.0.4",
                        "publicIPAddress": public,
                    },
                }
            ]
        },
    }


class FakeCredential:
    """A token without a chain to find it."""

    def get_token(self, *_: str, **__: object) -> AccessToken:
        return AccessToken("canned", int(time.time()) + 3600)


class Canned(AbstractContextManager["Canned"]):
    """Calls whose answers are given beforehand by what is asked (`GET virtualMachines/` for
    one, `GET virtualMachines` for the list), in order; the last one of each is given for ever.
    What was not given is missing: 404. `sent` has what was asked, `pauses` the waits in
    between, which take no time here."""

    def __init__(self, answers: Mapping[str, list[Answer]], group: str | None = None) -> None:
        self.answers = {key: list(given) for key, given in answers.items()}
        self.sent: list[Sent] = []
        self.pauses: list[float] = []
        self.retries: list[Retry] = []
        self.date: str | None = None
        """What the server says is the time, if not the real one."""
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self.settings = ProviderSettings(
            "azure", endpoint=self.endpoint, subscription=SUBSCRIPTION, group=group
        )
        clients = Clients(self.settings)
        clients.__dict__["_credential"] = FakeCredential()
        self.calls = Calls(clients, REGION, self.retries.append, self.pauses.append)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    def __enter__(self) -> Canned:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def keys(self) -> list[str]:
        return [one.key for one in self.sent]

    def bodies(self, key: str) -> list[object]:
        return [one.body for one in self.sent if one.key == key]

    def answer(self, sent: Sent) -> Answer:
        with self._lock:
            self.sent.append(sent)
            given = self.answers.get(sent.key)
            if not given:
                return missing()
            return given.pop(0) if len(given) > 1 else given[0]


def key_of(method: str, path: str) -> str:
    """`GET virtualMachines/`: the verb and the last kind; a slash where one is named."""
    parts = path.strip("/").split("/")
    last = parts[-1]
    if "providers" in parts:
        parts = parts[len(parts) - parts[::-1].index("providers") + 1 :]
        if parts[:1] == ["locations"]:
            parts = parts[2:]
    else:
        parts = parts[2:]
    if parts and len(parts) % 2 == 0:
        return f"{method} {parts[-2]}/"
    return f"{method} {last}"


def _handler(canned: Canned) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Silence."""

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            parts = urlsplit(self.path)
            answer = canned.answer(
                Sent(
                    key=key_of(self.command, parts.path),
                    path=parts.path,
                    query={key: values[0] for key, values in parse_qs(parts.query).items()},
                    headers={key.lower(): value for key, value in self.headers.items()},
                    body=json.loads(raw) if raw else None,
                )
            )
            if answer.cut:
                self.close_connection = True
                return
            body = b"" if answer.body is None else json.dumps(answer.body).encode()
            if canned.date is None:
                self.send_response(answer.status)
            else:
                self.send_response_only(answer.status)
                self.send_header("Date", canned.date)
            for name, value in answer.headers.items():
                self.send_header(name, value.replace("$", canned.endpoint))
            if answer.status != 204:
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if answer.status != 204:
                self.wfile.write(body)

        do_GET = do_PUT = do_PATCH = do_POST = do_DELETE = do_HEAD = _serve

    return Handler
