"""The judge of Azure Resource Manager's traffic: the models of Azure's own SDKs.

Which model goes with which path is said here, and so are the statuses that the SDKs accept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from azure.mgmt.compute import models as compute
from azure.mgmt.network import models as network
from azure.mgmt.resource.resources import models as resources

from tests.judges.models import check
from tests.judges.traffic import Exchange, Json, Violation

SERVICE = "arm"
ERROR_FIELDS = frozenset({"code", "message", "target", "details", "additionalInfo", "innererror"})
STATES = ("InProgress", "Succeeded", "Failed", "Canceled")
STATUS_FIELDS = frozenset(
    ("status", "name", "startTime", "endTime", "error", "properties", "percentComplete")
)

SUBSCRIPTION = "/subscriptions/{s}"
IN_GROUP = f"{SUBSCRIPTION}/resourceGroups/{{g}}"
COMPUTE_AT = f"{SUBSCRIPTION}/providers/Microsoft.Compute/locations/{{l}}"
VERSIONS = f"{COMPUTE_AT}/publishers/{{p}}/artifacttypes/vmimage/offers/{{o}}/skus/{{k}}/versions"
MACHINE = f"{IN_GROUP}/providers/Microsoft.Compute/virtualMachines/{{n}}"
ACTIONS = ("start", "powerOff", "deallocate", "restart", "simulateEviction")
OPERATION = "an operation's state"


@dataclass(frozen=True)
class Row:
    """One method of a path: the models of its body and of its answer, None for no document;
    `paged` for an answer that is a page of them, `bare` for one that is a plain list. `expanded`
    is the model in place of `response` where the caller asked for properties as well."""

    method: str
    template: str
    request: Any = None
    response: Any = None
    statuses: tuple[int, ...] = (200,)
    paged: bool = False
    bare: bool = False
    expanded: Any = None
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        words = [part for part in self.template.split("/") if part]
        pattern = "/".join("[^/]+" if word[0] == "{" else re.escape(word) for word in words)
        object.__setattr__(self, "pattern", re.compile(pattern, re.IGNORECASE))


def _tracked(
    namespace: str, word: str, model: Any, patch: Any, put: tuple[int, ...] = (200, 201)
) -> Iterator[Row]:
    home = f"{IN_GROUP}/providers/{namespace}/{word}"
    one = f"{home}/{{n}}"
    yield Row("GET", home, None, model, paged=True)
    yield Row("GET", f"{SUBSCRIPTION}/providers/{namespace}/{word}", None, model, paged=True)
    yield Row("GET", one, None, model)
    yield Row("HEAD", one, statuses=(204,))
    yield Row("PUT", one, model, model, put)
    yield Row("PATCH", one, patch, model, (200, 202))
    yield Row("DELETE", one, statuses=(200, 202, 204))


def _part(parent: str, word: str, model: Any) -> Iterator[Row]:
    home = f"{IN_GROUP}/providers/Microsoft.Network/{parent}/{{n}}/{word}"
    one = f"{home}/{{c}}"
    yield Row("GET", home, None, model, paged=True)
    yield Row("GET", one, None, model)
    yield Row("PUT", one, model, model, (200, 201))
    yield Row("DELETE", one, statuses=(200, 202, 204))


def _tags(scope: str) -> Iterator[Row]:
    path = f"{scope}/providers/Microsoft.Resources/tags/default"
    yield Row("GET", path, None, resources.TagsResource)
    yield Row("PUT", path, resources.TagsResource, resources.TagsResource, (200, 202))
    yield Row("PATCH", path, resources.TagsPatchResource, resources.TagsResource, (200, 202))
    yield Row("DELETE", path, statuses=(200, 202))


@cache
def rows() -> tuple[Row, ...]:
    """Every path that the judge knows."""
    group, patch = resources.ResourceGroup, resources.ResourceGroupPatchable
    image, listed = compute.VirtualMachineImage, compute.VirtualMachineImageResource
    offers = VERSIONS.partition("/{o}/skus")[0]
    tags = network.TagsObject
    return (
        Row("GET", f"{SUBSCRIPTION}/resourceGroups", None, group, paged=True),
        Row("GET", IN_GROUP, None, group),
        Row("HEAD", IN_GROUP, statuses=(204, 404)),
        Row("PUT", IN_GROUP, group, group, (200, 201)),
        Row("PATCH", IN_GROUP, patch, group),
        Row("DELETE", IN_GROUP, statuses=(200, 202)),
        Row("GET", f"{SUBSCRIPTION}/operationresults/{{o}}", statuses=(200, 202)),
        *(
            Row("GET", f"{scope}/resources", None, resources.GenericResourceExpanded, paged=True)
            for scope in (SUBSCRIPTION, IN_GROUP)
        ),
        Row("GET", f"{SUBSCRIPTION}/providers", None, resources.Provider, paged=True),
        Row("GET", f"{SUBSCRIPTION}/providers/{{p}}", None, resources.Provider),
        Row("POST", f"{SUBSCRIPTION}/providers/{{p}}/register", None, resources.Provider),
        *_tags(SUBSCRIPTION),
        *_tags(IN_GROUP),
        *_tags(f"{IN_GROUP}/providers/{{p}}/{{t}}/{{n}}"),
        *_tracked("Microsoft.Network", "virtualNetworks", network.VirtualNetwork, tags),
        *_tracked("Microsoft.Network", "networkSecurityGroups", network.NetworkSecurityGroup, tags),
        *_tracked("Microsoft.Network", "publicIPAddresses", network.PublicIPAddress, tags),
        *_tracked("Microsoft.Network", "networkInterfaces", network.NetworkInterface, tags),
        *_tracked("Microsoft.Compute", "disks", compute.Disk, compute.DiskUpdate, (200, 202)),
        *_tracked(
            "Microsoft.Compute",
            "virtualMachines",
            compute.VirtualMachine,
            compute.VirtualMachineUpdate,
        ),
        *_part("virtualNetworks", "subnets", network.Subnet),
        *_part("networkSecurityGroups", "securityRules", network.SecurityRule),
        *_part("networkSecurityGroups", "defaultSecurityRules", network.SecurityRule),
        Row("GET", f"{MACHINE}/instanceView", None, compute.VirtualMachineInstanceView),
        *(Row("POST", f"{MACHINE}/{word}", statuses=(200, 202, 204)) for word in ACTIONS),
        Row(
            "POST",
            f"{MACHINE}/retrieveBootDiagnosticsData",
            None,
            compute.RetrieveBootDiagnosticsDataResult,
        ),
        Row(
            "GET",
            f"{SUBSCRIPTION}/providers/Microsoft.Compute/skus",
            None,
            compute.ResourceSku,
            paged=True,
        ),
        Row("GET", f"{COMPUTE_AT}/vmSizes", None, compute.VirtualMachineSize, paged=True),
        Row("GET", f"{COMPUTE_AT}/usages", None, compute.Usage, paged=True),
        Row(
            "GET",
            f"{SUBSCRIPTION}/providers/Microsoft.Network/locations/{{l}}/usages",
            None,
            network.Usage,
            paged=True,
        ),
        Row("GET", f"{COMPUTE_AT}/publishers", None, listed, bare=True),
        Row("GET", offers, None, listed, bare=True),
        Row("GET", f"{offers}/{{o}}/skus", None, listed, bare=True),
        Row("GET", VERSIONS, None, listed, bare=True, expanded=image),
        Row("GET", f"{VERSIONS}/{{v}}", None, image),
        *(
            Row(
                "GET",
                f"{SUBSCRIPTION}/providers/{namespace}/locations/{{l}}/{word}/{{o}}",
                None,
                OPERATION,
                (200, 202, 204),
            )
            for namespace in ("Microsoft.Compute", "Microsoft.Network")
            for word in ("operations", "operationResults")
        ),
    )


def judge(exchange: Exchange) -> list[Violation]:
    """Everything that is wrong with an exchange, in either direction."""
    return [Violation(SERVICE, place, what) for place, what in _judge(exchange)]


def _judge(exchange: Exchange) -> Iterator[tuple[str, str]]:
    name = f"{exchange.method} {_short(exchange.path)}"
    path = "/".join(part for part in exchange.path.split("/") if part)
    found = next(
        (
            row
            for row in rows()
            if row.method == exchange.method and row.pattern.fullmatch(path) is not None
        ),
        None,
    )
    if found is None:
        yield name, "no model"
        return
    if not any(key.lower() == "api-version" for key in exchange.query):
        yield f"{name} ?api-version", "required parameter is missing"
    if found.request is None:
        if exchange.request:
            yield f"{name} request", "the operation has no body"
    elif not isinstance(exchange.request, dict):
        yield f"{name} request", "the operation needs a body"
    else:
        yield from check(found.request, exchange.request, f"{name} request", request=True)
    if exchange.status:
        yield from _judge_answer(found, exchange, f"{name} {exchange.status}")


def _judge_answer(row: Row, exchange: Exchange, place: str) -> Iterator[tuple[str, str]]:
    body = exchange.response
    if exchange.status >= 400 and exchange.status not in row.statuses:
        if exchange.method != "HEAD":
            yield from _judge_error(body, place)
        return
    if exchange.status not in row.statuses:
        yield place, f"not a status that the SDK takes: {row.statuses}"
        return
    if row.response is OPERATION:
        if exchange.query.get("monitor") == "true" and isinstance(body, dict):
            # The operation's result: of what this judge knows, disks alone have one.
            yield from check(compute.Disk, body, place, request=False)
        else:
            yield from _judge_operation(body, place)
    elif body is None:
        if row.response is not None and exchange.status in (200, 201):
            yield place, "an answer without a body"
    elif row.response is None:
        yield place, "the operation answers without a body"
    elif row.paged or row.bare:
        entries = body
        if row.paged:
            yield from _judge_page(body, place)
            entries = body.get("value") if isinstance(body, dict) else None
        if not isinstance(entries, list):
            yield place, "no list"
            return
        model = row.response
        if row.expanded is not None and exchange.query.get("$expand") == "properties":
            model = row.expanded
        for index, entry in enumerate(entries):
            yield from check(model, entry, f"{place}[{index}]", request=False)
    else:
        yield from check(row.response, body, place, request=False)


def _judge_page(body: Json, place: str) -> Iterator[tuple[str, str]]:
    for name in body if isinstance(body, dict) else ():
        if name not in ("value", "nextLink"):
            yield f"{place}.{name}", "unknown field of a page"


def _judge_error(body: Json, place: str) -> Iterator[tuple[str, str]]:
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        yield f"{place}.error", "an error answer without an error"
        return
    for name in error:
        if name not in ERROR_FIELDS:
            yield f"{place}.error.{name}", "unknown field of an error"
    for name in ("code", "message"):
        if not isinstance(error.get(name), str) or not error[name]:
            yield f"{place}.error.{name}", "missing"
    for index, detail in enumerate(error.get("details") or ()):
        if not isinstance(detail, dict) or not {"code", "message"} <= set(detail) <= ERROR_FIELDS:
            yield f"{place}.error.details[{index}]", "not an error"


def _judge_operation(body: Json, place: str) -> Iterator[tuple[str, str]]:
    if body is None:
        return
    if not isinstance(body, dict) or body.get("status") not in STATES:
        yield f"{place}.status", f"not one of {STATES}"
        return
    for name in body:
        if name not in STATUS_FIELDS:
            yield f"{place}.{name}", "unknown field of an operation"
    if body["status"] == "Failed":
        yield from _judge_error(body, place)


def _short(path: str) -> str:
    """A path without what differs from run to run: its types, in the order in which they come."""
    parts = [part for part in path.split("/") if part]
    kept = []
    while parts:
        word = parts.pop(0)
        if word.lower() == "providers" and parts:
            kept += [f"{parts.pop(0)}"]
            continue
        kept.append(word)
        if parts:
            parts.pop(0)
    return "/".join(kept)
