"""testIamPermissions: who asks here may do everything, but what a test takes away."""

from __future__ import annotations

from collections.abc import Iterable

from providers.sandbox.gce.call import Call, Document, texts
from providers.sandbox.gce.cloud import Cloud
from providers.sandbox.gce.router import Route

ZONAL = "projects/{project}/zones/{zone}"
REGIONAL = "projects/{project}/regions/{region}"
GLOBAL = "projects/{project}/global"
COLLECTIONS = {
    "instances": ZONAL,
    "disks": ZONAL,
    "subnetworks": REGIONAL,
    "addresses": REGIONAL,
    "images": GLOBAL,
    "firewalls": GLOBAL,
}


class Permissions:
    """The method `testIamPermissions` of every collection that has one. Like the cloud's, it
    answers for names too that nothing has: what is asked about is the caller."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def routes(self) -> Iterable[Route]:
        """The methods."""
        for collection, place in COLLECTIONS.items():
            yield Route(
                f"{collection}.testIamPermissions",
                "POST",
                f"{place}/{collection}/{{resource}}/testIamPermissions",
                self.test,
                (),
                "TestPermissionsRequest",
            )

    def test(self, call: Call) -> Document:
        """Which of the permissions the caller has."""
        asked = texts(call.body, "permissions")
        held = [name for name in asked if name not in self._cloud.settings.denied]
        return {"permissions": [*held]} if held else {}
