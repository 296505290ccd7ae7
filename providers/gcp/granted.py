"""Which permissions the calling identity has, asked without a change.

Compute Engine answers that (`testIamPermissions`) for a resource that exists, so the subnet,
a firewall rule and an instance are asked. What lists show is known by listing. The rest is
known when it is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from providers.contract.errors import AuthError, CloudError
from providers.contract.types import Finding
from providers.gcp.calls import Calls
from providers.gcp.client import CALL_SECONDS
from providers.gcp.error_table import PERMISSION
from providers.gcp.firewall import read_rules
from providers.gcp.names import last
from providers.gcp.pages import of_region
from providers.gcp.permissions import PERMISSIONS

if TYPE_CHECKING:
    from google.cloud.compute_v1.types import compute

UNTRIED = "Compute Engine tells this for a resource that exists only, and there is none here"
NOT_TOLD = "Compute Engine has no way to ask for it"


def check_permissions(calls: Calls, subnet: str | None, seen: Iterable[Finding]) -> list[Finding]:
    """A finding for each permission of `PERMISSIONS`, in their order. `seen`: those that are
    known already, since the calls that need them were made."""
    known = {finding.subject: finding for finding in seen}
    with ThreadPoolExecutor(max_workers=4) as pool:
        asked = [
            pool.submit(_lists, calls),
            pool.submit(_instances, calls),
            pool.submit(_firewalls, calls),
            pool.submit(_subnet, calls, subnet),
        ]
        for one in asked:
            known |= {finding.subject: finding for finding in one.result()}
    every = sorted({name for names in PERMISSIONS.values() for name in names})
    return [known.get(name) or Finding("permission", name, "unknown", NOT_TOLD) for name in every]


def tried(operation: str, error: CloudError | None = None) -> list[Finding]:
    """What a call that was made says of the permissions it needs."""
    return [_of(name, error) for name in PERMISSIONS[operation]]


def _of(permission: str, error: CloudError | None) -> Finding:
    if error is None:
        return Finding("permission", permission, "ok", "granted")
    if isinstance(error, AuthError):
        return Finding("permission", permission, "failed", error.message, PERMISSION)
    return Finding("permission", permission, "unknown", error.message, error.advice)


def _lists(calls: Calls) -> list[Finding]:
    from google.cloud.compute_v1.types import compute

    def disks() -> object:
        asked = compute.AggregatedListDisksRequest(project=calls.project, max_results=1)
        pages = calls.clients.disks.aggregated_list(asked, retry=None, timeout=CALL_SECONDS)
        return next(iter(pages.pages))

    def addresses() -> object:
        asked = compute.ListAddressesRequest(
            project=calls.project, region=calls.region, max_results=1
        )
        pages = calls.clients.addresses.list(asked, retry=None, timeout=CALL_SECONDS)
        return next(iter(pages.pages))

    return [
        *_try("disks.aggregatedList", lambda: calls.read("disks.aggregatedList", disks)),
        *_try("addresses.list", lambda: calls.read("addresses.list", addresses)),
    ]


def _try(operation: str, send: Callable[[], object]) -> list[Finding]:
    try:
        send()
    except CloudError as error:
        return tried(operation, error)
    return tried(operation)


def _instances(calls: Calls) -> list[Finding]:
    from google.cloud.compute_v1.types import compute

    wanted = _starting("compute.instances.", without="compute.instances.list")

    def some() -> tuple[str, str] | None:
        asked = compute.AggregatedListInstancesRequest(project=calls.project, max_results=1)
        pages = calls.clients.instances.aggregated_list(asked, retry=None, timeout=CALL_SECONDS)
        for part in of_region(pages, calls.region, "instances.aggregatedList"):
            for item in part.instances:
                return last(item.zone), item.name
        return None

    try:
        found = calls.read("instances.aggregatedList", some)
    except CloudError as error:
        return [*tried("instances.aggregatedList", error), *_untried(wanted)]
    listed = tried("instances.aggregatedList")
    if found is None:
        return [*listed, *_untried(wanted)]
    zone, name = found

    def send() -> compute.TestPermissionsResponse:
        return calls.clients.instances.test_iam_permissions(
            project=calls.project,
            zone=zone,
            resource=name,
            test_permissions_request_resource=compute.TestPermissionsRequest(permissions=wanted),
            retry=None,
            timeout=CALL_SECONDS,
        )

    return [*listed, *_told(wanted, lambda: calls.read("instances.testIamPermissions", send))]


def _firewalls(calls: Calls) -> list[Finding]:
    from google.cloud.compute_v1.types import compute

    wanted = _starting("compute.firewalls.", without="compute.firewalls.list")
    try:
        rules = read_rules(calls)
    except CloudError as error:
        return [*tried("firewalls.list", error), *_untried(wanted)]
    if not rules:
        return [*tried("firewalls.list"), *_untried(wanted)]

    def send() -> compute.TestPermissionsResponse:
        return calls.clients.firewalls.test_iam_permissions(
            project=calls.project,
            resource=rules[0].name,
            test_permissions_request_resource=compute.TestPermissionsRequest(permissions=wanted),
            retry=None,
            timeout=CALL_SECONDS,
        )

    told = _told(wanted, lambda: calls.read("firewalls.testIamPermissions", send))
    return [*tried("firewalls.list"), *told]


def _subnet(calls: Calls, subnet: str | None) -> list[Finding]:
    from google.cloud.compute_v1.types import compute

    wanted = _starting("compute.subnetworks.", without="compute.subnetworks.get")
    if subnet is None:
        return _untried(wanted)

    def send() -> compute.TestPermissionsResponse:
        return calls.clients.subnetworks.test_iam_permissions(
            project=calls.project,
            region=calls.region,
            resource=last(subnet),
            test_permissions_request_resource=compute.TestPermissionsRequest(permissions=wanted),
            retry=None,
            timeout=CALL_SECONDS,
        )

    return _told(wanted, lambda: calls.read("subnetworks.testIamPermissions", send))


def _told(
    wanted: Sequence[str], ask: Callable[[], compute.TestPermissionsResponse]
) -> list[Finding]:
    try:
        granted = set(ask().permissions)
    except CloudError as error:
        return [
            Finding("permission", name, "unknown", f"Google does not tell: {error.message}")
            for name in wanted
        ]
    return [
        Finding("permission", name, "ok", "granted")
        if name in granted
        else Finding("permission", name, "failed", "not granted", PERMISSION)
        for name in wanted
    ]


def _untried(wanted: Iterable[str]) -> list[Finding]:
    return [Finding("permission", name, "unknown", UNTRIED) for name in wanted]


def _starting(prefix: str, *, without: str) -> list[str]:
    names = {name for names in PERMISSIONS.values() for name in names}
    return sorted(name for name in names if name.startswith(prefix) and name != without)
