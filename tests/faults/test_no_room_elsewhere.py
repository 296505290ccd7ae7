"""A zone of Google Cloud or Azure that says yes and then has no room: the next zone, and
nothing is left in the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from providers.contract.provider import provider_factory
from providers.contract.retry import ignore_retry
from providers.contract.types import Listing, Owner, ProviderSettings
from tests.rehearsal import Rehearsal, page


@dataclass(frozen=True)
class Cloud:
    """Where to make a machine, and how its cloud says that a zone is full once it has begun."""

    name: str
    region: str
    fault: dict[str, object]


GCP = Cloud(
    "gcp",
    "europe-west1",
    {
        "action": "instances.insert",
        "service": "gce",
        "when": "operation",
        "code": "ZONE_RESOURCE_POOL_EXHAUSTED",
        "status": 503,
    },
)
AZURE = Cloud(
    "azure",
    "westeurope",
    {
        "action": "virtualMachines.createOrUpdate",
        "service": "arm",
        "when": "operation",
        "code": "ZonalAllocationFailed",
    },
)


@dataclass
class Scene:
    rehearsal: Rehearsal
    cloud: Cloud

    def listing(self) -> Listing:
        """What the cloud has of ours, asked past Longshore."""
        environment = self.rehearsal.sandbox.env()
        prefix = f"LONGSHORE_{self.cloud.name.upper()}"
        settings = ProviderSettings(
            self.cloud.name,
            endpoint=environment[f"{prefix}_ENDPOINT"],
            ca=environment.get(f"{prefix}_CA"),
        )
        provider = provider_factory(self.cloud.name)(settings, self.cloud.region, ignore_retry)
        return provider.listing(Owner(self.rehearsal.name, "production"))


@pytest.fixture(params=[GCP, AZURE], ids=lambda cloud: cloud.name)
def scene(
    rehearsal: Rehearsal, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    for name, value in rehearsal.sandbox.env().items():
        monkeypatch.setenv(name, value)
    cloud: Cloud = request.param
    rehearsal.write_app()
    file = rehearsal.folder / "longshore.yaml"
    file.write_text(
        file.read_text().replace(
            "provider: aws, region: us-east-1", f"provider: {cloud.name}, region: {cloud.region}"
        )
    )
    made = Scene(rehearsal, cloud)
    yield made
    rehearsal.sandbox.inject_faults([])
    rehearsal.down().check()
    assert made.listing() == Listing((), ())


def test_the_next_zone_and_nothing_left_in_the_first(scene: Scene) -> None:
    scene.rehearsal.sandbox.inject_faults([scene.cloud.fault])
    ran = scene.rehearsal.up().check()

    (fallback,) = ran.of("fallback")
    assert str(scene.cloud.fault["code"]) in fallback["reason"]
    listing = scene.listing()
    (machine,) = listing.machines
    assert fallback["instead"] == f"{machine.type} in {machine.zone}"
    assert machine.state == "running"
    kinds = Counter(resource.kind for resource in listing.resources)
    assert kinds["machine"] == kinds["disk"] == 1
    assert {r.tags.get("longshore-token", machine.token) for r in listing.resources} == {
        machine.token
    }
    assert page(ran.of("url-ready")[0]["url"]) == "hello"
    again = scene.rehearsal.up().check()
    assert again.of("run-finished")[0]["outcome"] == "no-changes"
