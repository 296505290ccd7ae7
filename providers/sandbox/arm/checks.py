"""What ARM looks at before a resource provider sees a request."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.document import Document, without_nulls
from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.arm.locations import LOCATIONS, Location, find_location
from providers.sandbox.arm.refusals import elsewhere, invalid_parameter, precondition, refuse
from providers.sandbox.arm.shapes.shape import Place, Shape, Violation
from providers.sandbox.arm.store import Record
from providers.sandbox.rest.message import RestRefusal

Family = Literal["network", "compute", "resources"]

MOST_TAGS = 50
TAG_NAME, TAG_VALUE = 512, 256  # characters; "Use tags to organize your Azure resources"
RESERVED = re.compile(r"[<>%&\\?/\x00-\x1f]")


@dataclass(frozen=True)
class NameRule:
    """How a kind of resource may be called."""

    pattern: str
    longest: int
    words: str

    def check(self, name: str) -> None:
        """Raises RestRefusal for a name that breaks the rule."""
        if len(name) > self.longest or not re.fullmatch(self.pattern, name):
            raise refuse(
                400, "InvalidResourceName", f"Resource name {name} is invalid. {self.words}"
            )


NETWORK_NAME = NameRule(
    r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9_])?",
    80,
    "The name can be up to 80 characters long. It must begin with a word character, and it must "
    "end with a word character or with '_'. The name may contain word characters or '.', '-', "
    "'_'.",
)
VIRTUAL_NETWORK_NAME = NameRule(NETWORK_NAME.pattern, 64, NETWORK_NAME.words.replace("80", "64"))


def read(shape: Shape, call: Call, current: Document | None, family: Family) -> Document:
    """The request's document, without what is null. Raises RestRefusal, in the resource
    provider's own words, where it does not fit the shape."""
    return fit(shape, call.request.body, current, family)


def fit(shape: Shape, document: object, current: Document | None, family: Family) -> Document:
    """The same for any document."""
    found = list(shape.check(document, Place(), current))
    if found:
        raise _broken(found, family)
    cleaned: Document = without_nulls(document)
    return cleaned


def _broken(found: list[Violation], family: Family) -> RestRefusal:
    first = found[0]
    if family == "network":
        return refuse(
            400,
            "InvalidRequestFormat",
            "Cannot parse the request.",
            details=[("InvalidJson", violation.message) for violation in found],
        )
    if family == "resources":
        return refuse(
            400,
            "InvalidRequestContent",
            f"The request content was invalid and could not be deserialized: '{first.message}'.",
        )
    if first.kind in ("unknown", "type"):
        return refuse(400, "BadRequest", first.message, target=first.path)
    return invalid_parameter(first.message, first.path)


def check_location(id: ResourceId, body: Document, old: Record | None) -> Location:
    """Where a resource shall be. Raises RestRefusal for none, for one that does not exist, and
    for another one than it is in."""
    wished = body.get("location")
    if not wished:
        raise refuse(
            400, "LocationRequired", "The location property is required for this definition."
        )
    found = find_location(wished)
    if found is None:
        raise refuse(
            400,
            "LocationNotAvailableForResourceType",
            f"The provided location '{wished}' is not available for resource type '{id.type}'. "
            "List of available regions for the resource type is "
            f"'{','.join(sorted(LOCATIONS))}'.",
        )
    if old is not None and old.location != found.name:
        raise elsewhere(id, old.location, found.name)
    return found


def check_zones(id: ResourceId, zones: Iterable[str], location: Location) -> None:
    """Raises RestRefusal for zones that the location does not have."""
    wrong = [zone for zone in zones if zone not in location.zones]
    if wrong:
        raise refuse(
            400,
            "AvailabilityZoneNotSupported",
            f"The zone(s) '{','.join(wrong)}' for resource '{id.type}/{id.name}' is not "
            f"supported. The supported zones for location '{location.name}' are "
            f"'{','.join(location.zones)}'",
        )


def check_tags(tags: dict[str, str] | None) -> None:
    """Raises RestRefusal for tags that ARM does not take."""
    tags = tags or {}
    if len(tags) > MOST_TAGS:
        raise refuse(
            400,
            "InvalidTagCount",
            f"The number of tags {len(tags)} exceeds the limit of {MOST_TAGS} tags.",
        )
    seen: set[str] = set()
    for name, value in tags.items():
        if not name or len(name) > TAG_NAME or RESERVED.search(name):
            raise refuse(
                400,
                "InvalidTagNameCharacters",
                f"The tag names '{name}' have reserved characters '<,>,%,&,\\,?,/' or control "
                f"characters, or are not 1 to {TAG_NAME} characters long.",
            )
        if len(value) > TAG_VALUE:
            raise refuse(
                400,
                "InvalidTagValueLength",
                f"Tag value too large. Following tag value '{value[:32]}...' exceeded the maximum "
                f"length. Maximum allowed length for tag value - '{TAG_VALUE}' characters.",
            )
        if name.lower() in seen:
            raise refuse(
                400, "DuplicateTagNames", f"The tag name '{name}' is given more than once."
            )
        seen.add(name.lower())


def check_etag(call: Call, id: ResourceId, old: Record | None) -> None:
    """Raises RestRefusal where If-Match or If-None-Match does not hold."""
    if call.header("if-none-match").strip() == "*" and old is not None:
        raise precondition(id)
    wanted = call.header("if-match").strip()
    if not wanted:
        return
    if old is None or (wanted != "*" and old.etag not in wanted):
        raise precondition(id)
