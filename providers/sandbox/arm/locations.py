"""The locations that the subscription can use.

Names and pairs: Azure's page "List of Azure regions". West US and North Central US have no
zones, so that code which relies on zones is found out.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Location:
    """One location; `zones` are the logical ones, empty where it has none."""

    name: str
    title: str
    geography: str
    place: str
    pair: str
    zones: tuple[str, ...] = ("1", "2", "3")


def _all(*rows: tuple[str, str, str, str, str]) -> tuple[Location, ...]:
    return tuple(Location(*row) for row in rows)


LOCATIONS: dict[str, Location] = {
    location.name: location
    for location in (
        *_all(
            ("australiaeast", "Australia East", "Asia Pacific", "Sydney", "australiasoutheast"),
            ("brazilsouth", "Brazil South", "South America", "Sao Paulo", "southcentralus"),
            ("canadacentral", "Canada Central", "Canada", "Toronto", "canadaeast"),
            ("centralindia", "Central India", "Asia Pacific", "Pune", "southindia"),
            ("centralus", "Central US", "US", "Iowa", "eastus2"),
            ("eastus", "East US", "US", "Virginia", "westus"),
            ("eastus2", "East US 2", "US", "Virginia", "centralus"),
            ("francecentral", "France Central", "Europe", "Paris", "francesouth"),
            ("germanywestcentral", "Germany West Central", "Europe", "Frankfurt", "germanynorth"),
            ("japaneast", "Japan East", "Asia Pacific", "Tokyo, Saitama", "japanwest"),
            ("koreacentral", "Korea Central", "Asia Pacific", "Seoul", "koreasouth"),
            ("northeurope", "North Europe", "Europe", "Ireland", "westeurope"),
            ("southcentralus", "South Central US", "US", "Texas", "northcentralus"),
            ("southeastasia", "Southeast Asia", "Asia Pacific", "Singapore", "eastasia"),
            ("uksouth", "UK South", "Europe", "London", "ukwest"),
            ("westeurope", "West Europe", "Europe", "Netherlands", "northeurope"),
            ("westus2", "West US 2", "US", "Washington", "westcentralus"),
            ("westus3", "West US 3", "US", "Phoenix", "eastus"),
        ),
        Location("westus", "West US", "US", "California", "eastus", zones=()),
        Location("northcentralus", "North Central US", "US", "Illinois", "southcentralus", ()),
    )
}


def find_location(text: str) -> Location | None:
    """A location by its name or its title, in any spelling: "West US 3" is "westus3"."""
    return LOCATIONS.get(text.replace(" ", "").lower())
