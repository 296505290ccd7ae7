"""Azure Resource Manager: what its emulators and Azure itself have in common."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from providers.azure import create
from providers.contract.errors import (
    AuthError,
    CapacityError,
    InvalidRequestError,
    QuotaError,
    UnknownCloudError,
)
from providers.contract.provider import Provider
from providers.contract.retry import OnRetry
from providers.contract.types import Abilities, ProviderSettings, Resource
from tests.contract.emulators import Bare, Can, Facts, Refusal

REGION = "westeurope"
SYSTEMS = ("debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04")
TAGS = "providers/Microsoft.Resources/tags/default"
TAGS_VERSION = "2021-04-01"

FACTS = Facts(
    name="azure",
    region=REGION,
    small_type="Standard_D2s_v5",
    abilities=Abilities(key_pairs=False, loads_slowly=True),
    images=tuple((system, arch) for system in SYSTEMS for arch in ("x86_64", "arm64")),
    stands=("address", "disk", "firewall", "group", "interface", "machine", "network"),
    made_with_machine=("machine", "disk", "interface", "address"),
    network_of=("firewall", "group", "network"),
    create_calls=("virtualMachines.createOrUpdate",),
    # A security group is written whole, in one step.
    move_calls=("networkSecurityGroups.createOrUpdate",),
    # The list of machines comes twice: their states are in a list of their own.
    survey_calls=8,
    verbs={
        "create machine": "virtualMachines.createOrUpdate",
        "create firewall": "networkSecurityGroups.createOrUpdate",
        "read machines": "virtualMachines.listAll",
        "read sizes": "skus.list",
        "remove machine": "virtualMachines.delete",
        "remove firewall": "networkSecurityGroups.delete",
    },
    refusals={
        CapacityError: (
            Refusal("ZonalAllocationFailed", 200, "Allocation failed.", late=True),
            Refusal("ZonalAllocationFailed", 409, "Allocation failed."),
        ),
        QuotaError: (
            Refusal(
                "OperationNotAllowed",
                409,
                "Operation could not be completed as it results in exceeding approved Total "
                "Regional Cores quota.",
            ),
        ),
        AuthError: (Refusal("AuthorizationFailed", 403, "The client has no authorization."),),
        InvalidRequestError: (Refusal("InvalidParameter", 400, "A parameter is not valid."),),
        UnknownCloudError: (
            Refusal("SomethingNew", 400, "Never seen before."),
            Refusal("SomethingElseNew", 200, "Never seen before either.", late=True),
        ),
    },
    throttled=Refusal("TooManyRequests", 429, "Too many requests."),
    broken=Refusal("InternalServerError", 500, "An internal server error occurred."),
    in_use=Refusal("InUseNetworkSecurityGroupCannotBeDeleted", 400, "It is in use by a NIC."),
)


class AzureCloud(Bare):
    """Azure at an endpoint, and the means to act beside the adapter: plain REST."""

    facts: ClassVar[Facts] = FACTS
    can: ClassVar[frozenset[Can]] = frozenset({"outside"})

    def __init__(
        self, endpoint: str, subscription: str, ca: str | None, token: Callable[[], str]
    ) -> None:
        self.endpoint = endpoint
        self.subscription = subscription
        self.ca = ca
        self._token = token

    def provider(self, on_retry: OnRetry, echo_url: str | None = None) -> Provider:
        settings = ProviderSettings(
            "azure",
            endpoint=self.endpoint,
            ca=self.ca,
            echo_url=echo_url,
            subscription=self.subscription,
        )
        return create(settings, REGION, on_retry)

    def disown(self, resource: Resource) -> None:
        self._tag(resource.id, {})

    def hand_back(self, resource: Resource) -> None:
        self._tag(resource.id, resource.tags)

    def _tag(self, id: str, tags: Mapping[str, str]) -> None:
        path = f"{id}/{TAGS}?api-version={TAGS_VERSION}"
        self.rest("PUT", path, {"properties": {"tags": dict(tags)}})

    def rest(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One call, without the SDK."""
        request = urllib.request.Request(
            f"{self.endpoint}{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self._token()}",
            },
        )
        trust = ssl.create_default_context(cafile=self.ca)
        try:
            with urllib.request.urlopen(request, timeout=60, context=trust) as answer:
                said = answer.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.read().decode()}") from error
        found: dict[str, Any] = json.loads(said) if said else {}
        return found
