"""Which permissions the calling identity has, asked without a change.

Compute Engine answers that (`testIamPermissions`) for a resource that exists, so the subnet,
and an instance, a disk and a firewall rule where there is one, are asked. What lists show is
known by listing. The rest is known when it is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.contract.errors import AuthError, CloudError
from providers.contract.types import Finding
from providers.gcp.calls import Calls
from providers.gcp.client import CALL_SECONDS
from providers.gcp.error_table import PERMISSION
from providers.gcp.firewall import read_rules
from providers.gcp.listing import Survey
from providers.gcp.names import last
from providers.gcp.permissions import PERMISSIONS

if TYPE_CHECKING:
    from google.cloud.compute_v1.types import compute

NONE_HERE = "Compute Engine tells this for a resource that exists, and there is none here"
NOT_TOLD = "Compute Engine has no way to ask for it"
COLLECTIONS = ("addresses", "disks", "firewalls", "instances", "subnetworks")
"""Those whose permissions can be asked for, where there is one."""


@dataclass(frozen=True)
class Inquiry:
    """The questions to one project and region."""

    calls: Calls
    subnet: str | None
    """A subnet that is there."""

    def run(self, seen: Iterable[Finding]) -> list[Finding]:
        """A finding for each permission of `PERMISSIONS`, in their order. `seen`: those that
        are known already, since the calls that need them were made."""
        known = {finding.subject: finding for finding in seen}
        parts = (self._instances, self._disks, self._firewalls, self._subnet, self._addresses)
        with ThreadPoolExecutor(max_workers=len(parts)) as pool:
            for part in [pool.submit(one) for one in parts]:
                known |= {finding.subject: finding for finding in part.result()}
        every = sorted({name for names in PERMISSIONS.values() for name in names})
        return [known.get(name) or _untold(name) for name in every]

    def _instances(self) -> list[Finding]:
        try:
            found = Survey(self.calls).instances("")
        except CloudError as error:
            return tried("instances.aggregatedList", error)
        listed = tried("instances.aggregatedList")
        if not found:
            return listed
        wanted = _of_collection("instances")

        def send() -> compute.TestPermissionsResponse:
            return self.calls.clients.instances.test_iam_permissions(
                project=self.calls.project,
                zone=last(found[0].zone),
                resource=found[0].name,
                test_permissions_request_resource=_request(wanted),
                retry=None,
                timeout=CALL_SECONDS,
            )

        ask = self.calls.read
        return _told(wanted, lambda: ask("instances.testIamPermissions", send)) + listed

    def _disks(self) -> list[Finding]:
        try:
            found = Survey(self.calls).disks("")
        except CloudError as error:
            return tried("disks.aggregatedList", error)
        listed = tried("disks.aggregatedList")
        if not found:
            return listed
        wanted = _of_collection("disks")

        def send() -> compute.TestPermissionsResponse:
            return self.calls.clients.disks.test_iam_permissions(
                project=self.calls.project,
                zone=last(found[0].zone),
                resource=found[0].name,
                test_permissions_request_resource=_request(wanted),
                retry=None,
                timeout=CALL_SECONDS,
            )

        ask = self.calls.read
        return _told(wanted, lambda: ask("disks.testIamPermissions", send)) + listed

    def _firewalls(self) -> list[Finding]:
        try:
            found = read_rules(self.calls)
        except CloudError as error:
            return tried("firewalls.list", error)
        listed = tried("firewalls.list")
        if not found:
            return listed
        wanted = _of_collection("firewalls")

        def send() -> compute.TestPermissionsResponse:
            return self.calls.clients.firewalls.test_iam_permissions(
                project=self.calls.project,
                resource=found[0].name,
                test_permissions_request_resource=_request(wanted),
                retry=None,
                timeout=CALL_SECONDS,
            )

        ask = self.calls.read
        return _told(wanted, lambda: ask("firewalls.testIamPermissions", send)) + listed

    def _subnet(self) -> list[Finding]:
        subnet = self.subnet
        if subnet is None:
            return []
        wanted = _of_collection("subnetworks")

        def send() -> compute.TestPermissionsResponse:
            return self.calls.clients.subnetworks.test_iam_permissions(
                project=self.calls.project,
                region=self.calls.region,
                resource=last(subnet),
                test_permissions_request_resource=_request(wanted),
                retry=None,
                timeout=CALL_SECONDS,
            )

        return _told(wanted, lambda: self.calls.read("subnetworks.testIamPermissions", send))

    def _addresses(self) -> list[Finding]:
        try:
            Survey(self.calls).addresses("")
        except CloudError as error:
            return tried("addresses.list", error)
        return tried("addresses.list")


def tried(operation: str, error: CloudError | None = None) -> list[Finding]:
    """What a call that was made says of the permissions it needs."""
    return [_of(name, error) for name in PERMISSIONS[operation]]


def _of(permission: str, error: CloudError | None) -> Finding:
    if error is None:
        return Finding("permission", permission, "ok", "granted")
    if isinstance(error, AuthError):
        return Finding("permission", permission, "failed", error.message, PERMISSION)
    return Finding("permission", permission, "unknown", error.message, error.advice)


def _told(
    wanted: Iterable[str], ask: Callable[[], compute.TestPermissionsResponse]
) -> list[Finding]:
    try:
        granted = set(ask().permissions)
    except CloudError as error:
        said = f"Google does not tell: {error.message}"
        return [Finding("permission", name, "unknown", said) for name in wanted]
    return [
        Finding("permission", name, "ok", "granted")
        if name in granted
        else Finding("permission", name, "failed", "not granted", PERMISSION)
        for name in wanted
    ]


def _untold(permission: str) -> Finding:
    collection = permission.split(".")[1]
    reason = NONE_HERE if collection in COLLECTIONS else NOT_TOLD
    return Finding("permission", permission, "unknown", reason)


def _of_collection(collection: str) -> list[str]:
    names = {name for names in PERMISSIONS.values() for name in names}
    return sorted(name for name in names if name.startswith(f"compute.{collection}."))


def _request(wanted: list[str]) -> compute.TestPermissionsRequest:
    from google.cloud.compute_v1.types import compute

    return compute.TestPermissionsRequest(permissions=wanted)
