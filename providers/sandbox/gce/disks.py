"""Disks: made for an instance's booting or by themselves. They hold nothing: the machine's
own file system is the disk."""

from __future__ import annotations

from collections.abc import Iterable

from providers.sandbox.gce.call import Call, Document, text, texts
from providers.sandbox.gce.catalogue import DISK_TYPES
from providers.sandbox.gce.cloud import Cloud
from providers.sandbox.gce.errors import in_use, invalid, not_found, required
from providers.sandbox.gce.images import Images
from providers.sandbox.gce.labels import check_labels, put_labels, set_labels
from providers.sandbox.gce.links import BASE, Link, last_part, project_url, read_link
from providers.sandbox.gce.lists import ZONES, aggregated, listed
from providers.sandbox.gce.operations import Operation
from providers.sandbox.gce.router import AGGREGATED, LISTED, Route
from providers.sandbox.gce.stamps import now

DEFAULT_TYPE = "pd-standard"
EMPTY_SIZE = "500"  # GB; what Compute Engine gives a disk without image or size


class Disks:
    """Methods of `disks`."""

    def __init__(self, cloud: Cloud, images: Images) -> None:
        self._cloud = cloud
        self._images = images

    def routes(self) -> Iterable[Route]:
        """The methods."""
        path = "projects/{project}/zones/{zone}/disks"
        one, request = f"{path}/{{disk}}", ("requestId",)
        yield Route("disks.list", "GET", path, self.list, LISTED)
        yield Route("disks.get", "GET", one, self.get)
        yield Route("disks.insert", "POST", path, self.insert, (*request, "sourceImage"), "Disk")
        yield Route("disks.delete", "DELETE", one, self.delete, request)
        yield Route(
            "disks.setLabels",
            "POST",
            f"{path}/{{resource}}/setLabels",
            self.set_labels,
            request,
            "ZoneSetLabelsRequest",
        )
        yield Route(
            "disks.aggregatedList",
            "GET",
            "projects/{project}/aggregated/disks",
            self.list_all,
            AGGREGATED,
        )

    def list(self, call: Call) -> Document:
        """disks.list"""
        found = self._cloud.store.list(call.project, call.scope, "disks")
        return listed(call, "diskList", found)

    def list_all(self, call: Call) -> Document:
        """disks.aggregatedList"""
        found = self._cloud.store.list_all(call.project, "disks")
        return aggregated(call, "diskAggregatedList", "disks", ZONES, found)

    def get(self, call: Call) -> Document:
        """disks.get"""
        return self._cloud.store.get(call.link("disks", call.parts["disk"]))

    def insert(self, call: Call) -> Operation:
        """disks.insert"""
        body = dict(call.body)
        if call.query.get("sourceImage"):
            body["sourceImage"] = call.query["sourceImage"]
        if not body.get("name"):
            raise required("resource.name")
        link = call.link("disks", text(body, "name"))
        made = self.make(link, body, "resource", size_field="resource.sizeGb")
        return self._cloud.settle(self._cloud.begin(call, "insert", link, made))

    def delete(self, call: Call) -> Operation:
        """disks.delete: refused while an instance uses it."""
        disk = self.get(call)
        link = call.link("disks", text(disk, "name"))
        for user in texts(disk, "users"):
            raise in_use("disk", link.path, user.removeprefix(BASE))
        operation = self._cloud.begin(call, "delete", link, disk)
        self.remove(link)
        return self._cloud.settle(operation)

    def set_labels(self, call: Call) -> Operation:
        """disks.setLabels"""
        link = call.link("disks", call.parts["resource"])
        disk = self._cloud.store.get(link)
        set_labels(disk, call.body, "Labels")
        return self._cloud.settle(self._cloud.begin(call, "setLabels", link, disk))

    def make(self, link: Link, body: Document, place: str, *, size_field: str) -> Document:
        """A new disk. `body` is a Disk resource as a request has it, `place` where it stood.
        Raises RestRefusal."""
        made, labels = self.plan(link, body, place, size_field=size_field)
        disk = self._cloud.store.add(link, "disk", made)
        put_labels(disk, labels)
        origin = self._cloud.origins.get(text(made, "sourceImage"))
        if origin is not None:
            self._cloud.origins[link.url] = origin
        return disk

    def plan(
        self, link: Link, body: Document, place: str, *, size_field: str
    ) -> tuple[Document, Document]:
        """What `make` would make, and its labels; changes nothing. Raises RestRefusal."""
        body = dict(body)
        labels = check_labels(body.pop("labels", None), f"{place}.labels")
        body["type"] = self.disk_type(link, text(body, "type"), f"{place}.type")
        smallest = 0
        if body.get("sourceImage"):
            given = text(body, "sourceImage")
            field = f"{place}.sourceImage"
            image = self._images.named(given, link.project, field)
            smallest = int(text(image, "diskSizeGb"))
            body["sourceImage"], body["sourceImageId"] = image["selfLink"], image["id"]
            for member in ("architecture", "licenses", "guestOsFeatures"):
                if member in image:
                    body.setdefault(member, image[member])
        size = text(body, "sizeGb", str(smallest) if smallest else EMPTY_SIZE)
        if int(size) < smallest:
            raise invalid(
                size_field,
                size,
                f"Requested disk size cannot be smaller than the image size ({smallest} GB)",
            )
        if not 1 <= int(size) <= 65536:
            raise invalid(size_field, size, "Disk size must be between 1 and 65536 GB.")
        made: Document = {
            **body,
            "sizeGb": size,
            "status": "READY",
            "physicalBlockSizeBytes": "4096",
            "enableConfidentialCompute": False,
            "satisfiesPzs": False,
        }
        return made, labels

    def disk_type(self, link: Link, given: str, field: str) -> str:
        """The whole link of a disk type, given in any form or not at all."""
        if not given:
            given = f"{link.scope}/diskTypes/{DEFAULT_TYPE}"
        found = read_link(given, "diskTypes", link.project, field)
        if found.name not in DISK_TYPES:
            raise not_found(found.path)
        if found.scope != link.scope:
            raise invalid(field, given, "The disk type is in another zone.")
        return project_url(link.project, f"{link.scope}/diskTypes/{found.name}")

    def attach(self, link: Link, user: str) -> None:
        """An instance uses it now."""
        disk = self._cloud.store.get(link)
        disk["users"] = [user]
        disk["lastAttachTimestamp"] = now()

    def detach(self, url: str) -> None:
        """No instance uses it any more; nothing happens where it is gone."""
        disk = self._cloud.store.find(self._read(url))
        if disk is not None and disk.pop("users", None):
            disk["lastDetachTimestamp"] = now()

    def remove(self, link: Link) -> None:
        """It is gone; calling twice is safe."""
        self._cloud.store.remove(link)
        self._cloud.origins.pop(link.url, None)

    def remove_url(self, url: str) -> None:
        """The same, by its link."""
        self.remove(self._read(url))

    def _read(self, url: str) -> Link:
        return read_link(url, "disks", "", "disk")


def type_name(disk: Document) -> str:
    """Such as `pd-balanced`."""
    return last_part(text(disk, "type"))
