"""Compute Engine: what its emulators and Google itself have in common."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from typing import Any, ClassVar

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
from providers.gcp import create
from tests.contract.emulators import Bare, Can, Facts, Refusal

REGION = "us-central1"
SYSTEMS = ("debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04", "rocky-9")
OPERATION_DEADLINE = 30.0

FACTS = Facts(
    name="gcp",
    region=REGION,
    small_type="e2-small",
    abilities=Abilities(key_pairs=False, loads_slowly=True),
    images=tuple((system, arch) for system in SYSTEMS for arch in ("x86_64", "arm64")),
    stands=("disk", "firewall", "machine"),
    made_with_machine=("machine", "disk"),
    network_of=("firewall",),
    create_calls=("instances.insert",),
    # The rule for SSH keeps its name, and is changed in one step.
    move_calls=("firewalls.patch",),
    survey_calls=4,
    verbs={
        "create machine": "instances.insert",
        "create firewall": "firewalls.insert",
        "read machines": "instances.aggregatedList",
        "read sizes": "machineTypes.aggregatedList",
        "remove machine": "instances.delete",
        "remove firewall": "firewalls.delete",
    },
    refusals={
        CapacityError: (
            Refusal(
                "ZONE_RESOURCE_POOL_EXHAUSTED",
                503,
                "The zone does not have enough resources available to fulfill the request.",
                late=True,
            ),
            Refusal("insufficientCapacity", 503, "Insufficient capacity."),
        ),
        QuotaError: (
            Refusal("quotaExceeded", 403, "Quota 'CPUS' exceeded. Limit: 24.0 in region."),
            Refusal("QUOTA_EXCEEDED", 403, "Quota 'CPUS' exceeded. Limit: 24.0.", late=True),
        ),
        AuthError: (Refusal("forbidden", 403, "Required permission is missing."),),
        InvalidRequestError: (Refusal("invalid", 400, "Invalid value for a field."),),
        UnknownCloudError: (
            Refusal("somethingNew", 400, "Never seen before."),
            Refusal("SOMETHING_NEW", 400, "Never seen before either.", late=True),
        ),
    },
    throttled=Refusal("rateLimitExceeded", 403, "Rate limit exceeded."),
    broken=Refusal("backendError", 503, "Backend error."),
    in_use=Refusal("resourceInUseByAnotherResource", 400, "The resource is being used by another."),
    no_such_subnet="nowhere",
)


class Gce(Bare):
    """Compute Engine at an endpoint, and the means to act beside the adapter: plain REST."""

    facts: ClassVar[Facts] = FACTS
    can: ClassVar[frozenset[Can]] = frozenset({"outside"})

    def __init__(self, endpoint: str, project: str) -> None:
        self.endpoint = endpoint
        self.project = project
        self._descriptions: dict[str, str] = {}

    def provider(self, on_retry: OnRetry, echo_url: str | None = None) -> Provider:
        settings = ProviderSettings(
            "gcp", endpoint=self.endpoint, echo_url=echo_url, project=self.project
        )
        return create(settings, REGION, on_retry)

    def disown(self, resource: Resource) -> None:
        if resource.kind == "firewall":
            for rule in self._rules(resource):
                self._descriptions[rule["name"]] = rule["description"]
                self._describe(rule["name"], "")
        else:
            self._label(resource, {})

    def hand_back(self, resource: Resource) -> None:
        if resource.kind == "firewall":
            for rule in self._rules(resource):
                self._describe(rule["name"], self._descriptions.pop(rule["name"]))
        else:
            self._label(resource, dict(resource.tags))

    def _rules(self, resource: Resource) -> list[dict[str, Any]]:
        listed = self.rest("GET", "global/firewalls")
        return [
            rule for rule in listed.get("items", []) if rule["name"].startswith(f"{resource.id}-")
        ]

    def _describe(self, rule: str, description: str) -> None:
        self.change("PATCH", f"global/firewalls/{rule}", {"name": rule, "description": description})

    def _label(self, resource: Resource, labels: dict[str, str]) -> None:
        zone, _, name = resource.id.partition("/")
        kind = {"machine": "instances", "disk": "disks"}[resource.kind]
        path = f"zones/{zone}/{kind}/{name}"
        print_ = self.rest("GET", path)["labelFingerprint"]
        self.change("POST", f"{path}/setLabels", {"labels": labels, "labelFingerprint": print_})

    def change(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        """Change something, and return when it has come into force."""
        operation = self.rest(method, path, body)
        place = operation.get("zone", "").rpartition("/")[2]
        where = f"zones/{place}" if place else "global"
        until = time.monotonic() + OPERATION_DEADLINE
        while operation["status"] != "DONE":
            assert time.monotonic() < until, operation
            operation = self.rest("POST", f"{where}/operations/{operation['name']}/wait")
        assert "error" not in operation, operation

    def rest(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One call, without the SDK."""
        request = urllib.request.Request(
            f"{self.endpoint}/compute/v1/projects/{self.project}/{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                found: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.read().decode()}") from error
        return found


def without_google() -> list[str]:
    """The variables of this process that could lead Google's SDK elsewhere."""
    return [name for name in os.environ if name.startswith(("GOOGLE_", "CLOUDSDK_", "GCLOUD_"))]
