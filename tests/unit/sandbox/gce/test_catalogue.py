"""What is there before anybody makes anything."""

from __future__ import annotations

import pytest

from tests.unit.sandbox.gce.conftest import REGION, ZONE, Api


def test_there_are_regions_on_three_continents_with_three_zones_each(api: Api) -> None:
    regions = api.ask("GET", "regions")["items"]
    assert len({region["name"].partition("-")[0] for region in regions}) >= 3
    assert len(regions) >= 6
    assert all(len(region["zones"]) == 3 for region in regions)
    zones = api.ask("GET", "zones")["items"]
    assert {zone["status"] for zone in zones} == {"UP"}
    assert len(zones) == 3 * len(regions)


def test_zones_can_be_down(api: Api) -> None:
    api.cloud.settings.take({"down": ["us-west1-a", "us-west1-b", "us-west1-c"]})
    assert api.ask("GET", "zones/us-west1-a")["status"] == "DOWN"
    assert api.ask("GET", "regions/us-west1")["status"] == "DOWN"
    assert api.ask("GET", f"regions/{REGION}")["status"] == "UP"


@pytest.mark.parametrize(
    ("name", "cpus", "memory", "shared", "arch"),
    [
        ("e2-micro", 2, 1024, True, "X86_64"),
        ("e2-standard-4", 4, 16384, False, "X86_64"),
        ("n1-standard-1", 1, 3840, False, "X86_64"),
        ("n2d-highmem-8", 8, 65536, False, "X86_64"),
        ("c3-highcpu-4", 4, 8192, False, "X86_64"),
        ("t2a-standard-1", 1, 4096, False, "ARM64"),
        ("c4a-standard-4", 4, 16384, False, "ARM64"),
    ],
)
def test_machine_types(
    api: Api, name: str, cpus: int, memory: int, shared: bool, arch: str
) -> None:
    found = api.ask("GET", f"zones/{ZONE}/machineTypes/{name}")
    assert (found["guestCpus"], found["memoryMb"]) == (cpus, memory)
    assert (found["isSharedCpu"], found["architecture"]) == (shared, arch)


def test_not_every_type_is_offered_everywhere(api: Api) -> None:
    assert api.refused("GET", "zones/asia-east1-a/machineTypes/t2a-standard-1") == (404, "notFound")
    everywhere = api.ask("GET", "aggregated/machineTypes?filter=name%3Dc4a-standard-1")["items"]
    assert "machineTypes" in everywhere[f"zones/{ZONE}"]
    empty = everywhere["zones/asia-east1-a"]
    assert empty["warning"]["code"] == "NO_RESULTS_ON_PAGE"


def test_places_that_do_not_exist_are_refused(api: Api) -> None:
    assert api.refused("GET", "zones/moon-a") == (404, "notFound")
    assert api.refused("GET", "zones/moon-a/instances") == (400, "invalid")
    assert api.message == "Invalid value for field 'zone': 'moon-a'. Unknown zone."
    assert api.refused("GET", "regions/moon/subnetworks") == (400, "invalid")
    assert api.refused("GET", "zones", project="another-project") == (404, "notFound")
    assert api.refused("GET", "nothing/here") == (404, "notFound")


def test_a_family_gives_its_newest_image(api: Api) -> None:
    for project, family, arch in (
        ("debian-cloud", "debian-12", "X86_64"),
        ("debian-cloud", "debian-13-arm64", "ARM64"),
        ("ubuntu-os-cloud", "ubuntu-2204-lts", "X86_64"),
        ("ubuntu-os-cloud", "ubuntu-2404-lts-arm64", "ARM64"),
        ("rocky-linux-cloud", "rocky-linux-9", "X86_64"),
    ):
        image = api.ask("GET", f"global/images/family/{family}", project=project)
        assert (image["family"], image["architecture"]) == (family, arch)
        assert "deprecated" not in image
    images = api.ask("GET", "global/images", project="debian-cloud")["items"]
    assert sum("deprecated" in image for image in images) == len(images) / 2


def test_publishers_projects_can_be_read_and_not_written(api: Api) -> None:
    assert "items" not in api.ask("GET", "global/images", project="rhel-cloud")
    path = f"zones/{ZONE}/instances"
    assert api.refused("GET", path, project="debian-cloud") == (403, "forbidden")


def test_lists_come_in_pages(api: Api) -> None:
    names, token = [], ""
    while True:
        path = f"zones?maxResults=5&pageToken={token}" if token else "zones?maxResults=5"
        page = api.ask("GET", path)
        names += [zone["name"] for zone in page["items"]]
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert len(names) == len(set(names)) == 24
    assert names == sorted(names)
    assert api.refused("GET", "zones?maxResults=501") == (400, "invalid")
    assert api.refused("GET", "zones?pageToken=x") == (400, "invalid")


def test_parameters_that_a_method_does_not_have_are_refused(api: Api) -> None:
    assert api.refused("GET", "zones?clientToken=1") == (400, "badRequest")
    assert api.message.startswith('Invalid JSON payload received. Unknown name "clientToken"')
