"""Regions and zones, as Google names them; a part of what there is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """`subnet` is the range that a network in auto mode has there (Compute Engine, "Auto mode
    IPv4 ranges")."""

    name: str
    letters: str
    subnet: str

    @property
    def zones(self) -> tuple[str, ...]:
        """The names of its zones."""
        return tuple(f"{self.name}-{letter}" for letter in self.letters)


REGIONS = (
    Region("us-central1", "abc", "10.128.0.0/20"),
    Region("us-east1", "bcd", "10.142.0.0/20"),
    Region("us-west1", "abc", "10.138.0.0/20"),
    Region("southamerica-east1", "abc", "10.158.0.0/20"),
    Region("europe-west1", "bcd", "10.132.0.0/20"),
    Region("europe-west4", "abc", "10.164.0.0/20"),
    Region("asia-east1", "abc", "10.140.0.0/20"),
    Region("asia-northeast1", "abc", "10.146.0.0/20"),
)
BY_NAME = {region.name: region for region in REGIONS}
REGION_OF = {zone: region.name for region in REGIONS for zone in region.zones}
"""Zone to region."""


def region_of(scope: str) -> str:
    """The region of a scope (`zones/us-central1-a`, `regions/us-central1`); empty for global."""
    kind, _, name = scope.partition("/")
    if kind == "regions":
        return name
    return REGION_OF.get(name, "")
