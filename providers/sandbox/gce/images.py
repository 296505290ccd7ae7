"""Images: those of the public projects, and a project's own, made from a disk or an image."""

from __future__ import annotations

import re
from collections.abc import Iterable

from providers.sandbox.gce.call import Call, Document, text
from providers.sandbox.gce.catalogue import EPOCH
from providers.sandbox.gce.cloud import Cloud, Origin
from providers.sandbox.gce.errors import invalid, not_found, required
from providers.sandbox.gce.labels import check_labels, put_labels, set_labels
from providers.sandbox.gce.links import Link, project_url, read_link
from providers.sandbox.gce.lists import listed
from providers.sandbox.gce.operations import Operation
from providers.sandbox.gce.public_images import (
    BEFORE,
    CURRENT,
    FAMILIES,
    IMAGE_PROJECTS,
    Family,
)
from providers.sandbox.gce.router import LISTED, Route
from providers.sandbox.gce.stamps import fingerprint, fixed_id
from providers.sandbox.rest.message import Json

VIEW = re.compile(r".*projects/(?P<project>[^/]+)/zones/[^/]+/imageFamilyViews/(?P<family>[^/]+)")
FEATURES = ("VIRTIO_SCSI_MULTIQUEUE", "UEFI_COMPATIBLE", "GVNIC")


class Images:
    """Methods of `images`. Public images are there from the start."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        for family in FAMILIES:
            for version in (BEFORE, CURRENT):
                self._publish(family, version)

    def routes(self) -> Iterable[Route]:
        """The methods."""
        path = "projects/{project}/global/images"
        request = ("requestId",)
        yield Route("images.list", "GET", path, self.list, LISTED)
        yield Route(
            "images.getFromFamily", "GET", f"{path}/family/{{family}}", self.get_from_family
        )
        yield Route("images.get", "GET", f"{path}/{{image}}", self.get)
        yield Route(
            "imageFamilyViews.get",
            "GET",
            "projects/{project}/zones/{zone}/imageFamilyViews/{family}",
            self.get_view,
        )
        yield Route("images.insert", "POST", path, self.insert, (*request, "forceCreate"), "Image")
        yield Route("images.delete", "DELETE", f"{path}/{{image}}", self.delete, request)
        yield Route(
            "images.setLabels",
            "POST",
            f"{path}/{{resource}}/setLabels",
            self.set_labels,
            (),
            "GlobalSetLabelsRequest",
        )

    def list(self, call: Call) -> Document:
        """images.list"""
        found = self._cloud.store.list(call.project, "global", "images")
        return listed(call, "imageList", found)

    def get(self, call: Call) -> Document:
        """images.get"""
        return self._cloud.store.get(call.link("images", call.parts["image"]))

    def get_from_family(self, call: Call) -> Document:
        """images.getFromFamily: the newest image of the family that is not deprecated."""
        return self.find(call.link("images", f"family/{call.parts['family']}"))

    def find(self, link: Link) -> Document:
        """The image of a link, that of a family (`images/family/NAME`) among them. Raises
        RestRefusal where there is none."""
        kind, _, family = link.name.partition("/")
        if kind != "family":
            return self._cloud.store.get(link)
        shelf = self._cloud.store.shelf(link.project, link.scope, "images")
        found = [
            image
            for image in shelf.values()
            if image.get("family") == family and "deprecated" not in image
        ]
        if not found:
            raise not_found(link.path)
        return found[-1]

    def named(self, given: str, project: str, field: str) -> Document:
        """The image that a request names by a link: to itself, to its family, or to the view
        of a family from a zone, which gcloud prefers. Raises RestRefusal."""
        view = VIEW.fullmatch(given)
        if view:
            return self.find(Link(view["project"], "global", "images", f"family/{view['family']}"))
        return self.find(read_link(given, "images", project, field))

    def get_view(self, call: Call) -> Document:
        """imageFamilyViews.get"""
        family = f"family/{call.parts['family']}"
        return {"image": self.find(Link(call.project, "global", "images", family))}

    def insert(self, call: Call) -> Operation:
        """images.insert"""
        body = dict(call.body)
        if not body.get("name"):
            raise required("resource.name")
        given = [name for name in ("sourceDisk", "sourceImage") if body.get(name)]
        if len(given) != 1:
            raise invalid("resource", "", "Exactly one source has to be given.")
        field = f"resource.{given[0]}"
        named = text(body, given[0])
        source = (
            self.named(named, call.project, field)
            if given[0] == "sourceImage"
            else self._cloud.store.get(read_link(named, "disks", call.project, field))
        )
        labels = check_labels(body.pop("labels", None), "resource.labels")
        link = call.link("images", text(body, "name"))
        made = self._cloud.store.add(
            link,
            "image",
            {
                **body,
                given[0]: source["selfLink"],
                f"{given[0]}Id": source["id"],
                "sourceType": "RAW",
                "status": "READY",
                "diskSizeGb": source.get("sizeGb") or source["diskSizeGb"],
                "archiveSizeBytes": "1073741824",
                "architecture": body.get("architecture") or source.get("architecture", "X86_64"),
            },
        )
        put_labels(made, labels)
        origin = self._cloud.origins.get(text(source, "selfLink"))
        if origin is not None:
            self._cloud.origins[link.url] = origin
        return self._cloud.settle(self._cloud.begin(call, "insert", link, made))

    def delete(self, call: Call) -> Operation:
        """images.delete"""
        link = call.link("images", call.parts["image"])
        image = self._cloud.store.get(link)
        self._cloud.store.remove(link)
        return self._cloud.settle(self._cloud.begin(call, "delete", link, image))

    def set_labels(self, call: Call) -> Operation:
        """images.setLabels"""
        link = call.link("images", call.parts["resource"])
        image = self._cloud.store.get(link)
        set_labels(image, call.body, "Labels")
        return self._cloud.settle(self._cloud.begin(call, "setLabels", link, image))

    def _publish(self, family: Family, version: str) -> None:
        name = f"{family.image}-{version}"
        link = Link(family.project, "global", "images", name)
        features: list[Json] = [{"type": feature} for feature in FEATURES]
        image: Document = {
            "kind": "compute#image",
            "id": fixed_id(link.path),
            "creationTimestamp": EPOCH,
            "name": name,
            "description": f"{family.description}, {family.arch}, built on {version}",
            "sourceType": "RAW",
            "rawDisk": {"source": "", "containerType": "TAR"},
            "status": "READY",
            "archiveSizeBytes": "1073741824",
            "diskSizeGb": str(family.disk_gb),
            "licenses": [project_url(family.project, f"global/licenses/{family.license}")],
            "family": family.name,
            "selfLink": link.url,
            "labelFingerprint": fingerprint({"labels": {}}),
            "guestOsFeatures": features,
            "architecture": family.arch,
            "storageLocations": ["us", "eu", "asia"],
        }
        if version == BEFORE:
            newer = project_url(family.project, f"global/images/{family.image}-{CURRENT}")
            image["deprecated"] = {"state": "DEPRECATED", "replacement": newer}
        self._cloud.store.shelf(family.project, "global", "images")[name] = image
        self._cloud.origins[link.url] = Origin(family.machine, family.channel)


def is_image_project(project: str) -> bool:
    """Whether it is a publisher's; nobody can make anything there."""
    return project in IMAGE_PROJECTS
