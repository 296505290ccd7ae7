"""A WSGI layer around moto: what EC2 does on the wire and moto does not.

It logs every call, injects answers with their real status codes, honours ClientToken, tags
network interfaces in RunInstances, and gives lists page by page.
"""

from __future__ import annotations

import io
import re
import socket
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

Parameters = dict[str, str]

LISTS = {
    "DescribeInstances": "reservationSet",
    "DescribeVolumes": "volumeSet",
    "DescribeNetworkInterfaces": "networkInterfaceSet",
    "DescribeSecurityGroups": "securityGroupInfo",
}
READS = ("Describe", "Get", "List")
DRY_RUN = "DryRunOperation"
UNCHANGING = ("DescribeInstanceTypes", "DescribeInstanceTypeOfferings", "DescribeImages")
"""Long answers, seconds in the making, that are the same each time."""
XML = [("Content-Type", "text/xml;charset=UTF-8"), ("x-amzn-requestid", "req-0123")]


@dataclass
class Fault:
    """Strike `times` calls of `action`; no refusal means a cut connection, after the effect."""

    action: str
    times: int
    status: int = 0
    body: bytes = b""
    zone_subnets: frozenset[str] | None = None

    def strikes(self, action: str, parameters: Parameters) -> bool:
        if action != self.action or self.times < 1:
            return False
        subnet = parameters.get("NetworkInterface.1.SubnetId", "")
        return self.zone_subnets is None or subnet in self.zone_subnets


def error_body(code: str, message: str) -> bytes:
    """An EC2 error answer."""
    return (
        "<Response><Errors><Error>"
        f"<Code>{code}</Code><Message>{message}</Message>"
        "</Error></Errors><RequestID>req-0123</RequestID></Response>"
    ).encode()


class Wire:
    """The WSGI application. Thread-safe; RunInstances runs one at a time."""

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        *,
        has_ended: Callable[[str, str], bool],
        tag: Callable[[str, str, dict[str, str]], None],
    ) -> None:
        self._app = app
        self._has_ended = has_ended
        self._tag = tag
        self._lock = threading.Lock()
        self._running = threading.Lock()
        self._inner = threading.Lock()
        self._tokens: dict[tuple[str, str], tuple[Parameters, bytes, str]] = {}
        self._unchanging: dict[tuple[str, bytes], tuple[int, list[tuple[str, str]], bytes]] = {}
        self.faults: list[Fault] = []
        self.log: list[tuple[str, Parameters]] = []
        self.page: int | None = None

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        action, parameters = _parse(environ, body)
        with self._lock:
            self.log.append((action, parameters))
            fault = next((f for f in self.faults if f.strikes(action, parameters)), None)
            if fault is not None:
                fault.times -= 1
        if fault is not None and fault.status:
            return _answer(start_response, fault.status, XML, fault.body)
        if parameters.get("DryRun") == "true":
            return _answer(start_response, 412, XML, error_body(DRY_RUN, "Would have succeeded."))
        status, headers, data = self._effect(environ, action, parameters, body)
        if fault is not None:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            return []
        return _answer(start_response, status, headers, data)

    def _effect(
        self, environ: dict, action: str, parameters: Parameters, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        if action == "RunInstances":
            with self._running:
                return self._run(environ, parameters, body)
        if action in UNCHANGING:
            key = (_region(environ), body)
            if key not in self._unchanging:
                self._unchanging[key] = self._forward(environ, body)
            return self._unchanging[key]
        if self.page is not None and action in LISTS:
            return self._paged(environ, action, parameters)
        return self._forward(environ, body)

    def _run(
        self, environ: dict, parameters: Parameters, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        region = _region(environ)
        token = parameters.get("ClientToken", "")
        known = self._tokens.get((region, token))
        if known is not None:
            asked, answer, instance = known
            if asked != parameters:
                return 400, XML, error_body("IdempotentParameterMismatch", "Arguments differ.")
            if self._has_ended(region, instance):
                return 400, XML, error_body("IdempotentInstanceTerminated", "Terminated.")
            return 200, XML, answer
        status, headers, data = self._forward(environ, body)
        if status == 200:
            text = data.decode()
            instance = re.findall(r"<instanceId>(i-[0-9a-f]+)<", text)[0]
            for interface in set(re.findall(r"<networkInterfaceId>(eni-[0-9a-f]+)<", text)):
                self._tag(region, interface, _interface_tags(parameters))
            self._tokens[(region, token)] = (parameters, data, instance)
        return status, headers, data

    def _paged(
        self, environ: dict, action: str, parameters: Parameters
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        wanted = min(self.page or 0, int(parameters.get("MaxResults", "1000")))
        start = int(parameters.get("NextToken", "0"))
        rest = {k: v for k, v in parameters.items() if k not in ("MaxResults", "NextToken")}
        status, headers, data = self._forward(environ, urlencode(rest).encode())
        root = ET.fromstring(data)
        space = root.tag.partition("}")[0] + "}" if "}" in root.tag else ""
        listed = root.find(f"{space}{LISTS[action]}")
        if status != 200 or listed is None:
            return status, headers, data
        items = list(listed)
        for item in items[:start] + items[start + wanted :]:
            listed.remove(item)
        if start + wanted < len(items):
            ET.SubElement(root, f"{space}nextToken").text = str(start + wanted)
        return status, XML, ET.tostring(root)

    def _forward(self, environ: dict, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        seen: list[tuple[int, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            seen.append((int(status.split()[0]), headers))

        inner = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        with self._inner:  # moto is not made for several threads
            data = b"".join(self._app(inner, start))
        status, headers = seen[-1]
        return status, [(k, v) for k, v in headers if k.lower() != "content-length"], data


def _parse(environ: dict, body: bytes) -> tuple[str, Parameters]:
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return target.rpartition(".")[2], {"body": body.decode()}
    parameters = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return parameters.get("Action", ""), parameters


def _region(environ: dict) -> str:
    found = re.search(r"Credential=[^/]+/\d+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    return found[1] if found else ""


def _interface_tags(parameters: Parameters) -> dict[str, str]:
    for key, value in parameters.items():
        if key.startswith("TagSpecification.") and value == "network-interface":
            prefix = key.removesuffix("ResourceType")
            return {
                parameters[name]: parameters[name.removesuffix("Key") + "Value"]
                for name in parameters
                if name.startswith(f"{prefix}Tag.") and name.endswith(".Key")
            }
    return {}


def _answer(
    start_response: Callable, status: int, headers: list[tuple[str, str]], data: bytes
) -> Iterable[bytes]:
    start_response(f"{status} Status", [*headers, ("Content-Length", str(len(data)))])
    return [data]
