"""What there is: resources by project, scope and collection, and pages of them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Mapping

from providers.sandbox.gce.call import Call, Document, text
from providers.sandbox.gce.errors import already_exists, invalid, not_found
from providers.sandbox.gce.filters import read_filter
from providers.sandbox.gce.links import Link, project_url
from providers.sandbox.gce.stamps import new_id, now

MOST_RESULTS = 500


class Store:
    """Resources as the API shows them; whoever uses it holds the API's lock. `lag` tells from
    how many lists a resource that is made now is missing, before it is in them."""

    def __init__(self, lag: Callable[[], int]) -> None:
        self._lag = lag
        self._shelves: dict[tuple[str, str, str], dict[str, Document]] = {}
        self._late: dict[str, int] = {}

    def shelf(self, project: str, scope: str, collection: str) -> dict[str, Document]:
        """The resources of one place by name; a change changes what there is."""
        return self._shelves.setdefault((project, scope, collection), {})

    def find(self, link: Link) -> Document | None:
        """The resource of that name or id, if it is there."""
        shelf = self.shelf(link.project, link.scope, link.collection)
        found = shelf.get(link.name)
        if found is None and link.name.isdigit():
            found = next((one for one in shelf.values() if one["id"] == link.name), None)
        return found

    def get(self, link: Link) -> Document:
        """The resource. Raises RestRefusal where it is not there."""
        found = self.find(link)
        if found is None:
            raise not_found(link.path)
        return found

    def add(self, link: Link, kind: str, document: Mapping[str, object]) -> Document:
        """Put a new resource in its place, with what every resource has. Raises RestRefusal
        where the name is taken."""
        shelf = self.shelf(link.project, link.scope, link.collection)
        if link.name in shelf:
            raise already_exists(link.path)
        made: Document = {
            "kind": f"compute#{kind}",
            "id": new_id(),
            "creationTimestamp": now(),
            "name": link.name,
            "selfLink": link.url,
        }
        place, _, name = link.scope.partition("/")
        if name:
            made[place.removesuffix("s")] = project_url(link.project, link.scope)
        made.update({key: value for key, value in document.items() if key not in made})  # type: ignore[misc]
        shelf[link.name] = made
        self._late[str(made["id"])] = self._lag()
        return made

    def remove(self, link: Link) -> None:
        """Take a resource out; calling twice is safe."""
        self.shelf(link.project, link.scope, link.collection).pop(link.name, None)

    def listed(self, entries: Iterable[tuple[str, Document]]) -> Iterator[tuple[str, Document]]:
        """Those of the entries (scope, resource) that lists show already."""
        for scope, document in entries:
            left = self._late.get(str(document["id"]), 0)
            if left:
                self._late[str(document["id"])] = left - 1
            else:
                yield scope, document

    def list(self, project: str, scope: str, collection: str) -> Iterator[tuple[str, Document]]:
        """The resources of one place, as a list shows them."""
        shelf = self.shelf(project, scope, collection)
        return self.listed([(scope, document) for document in shelf.values()])

    def list_all(self, project: str, collection: str) -> Iterator[tuple[str, Document]]:
        """The resources of all places, as a list shows them."""
        return self.listed(list(self.everywhere(project, collection)))

    def everywhere(self, project: str, collection: str) -> Iterator[tuple[str, Document]]:
        """Every resource of a collection with its scope, as they are now."""
        for (owner, scope, kind), shelf in sorted(self._shelves.items()):
            if owner == project and kind == collection:
                for document in list(shelf.values()):
                    yield scope, document


def page(
    entries: Iterable[tuple[str, Document]], call: Call
) -> tuple[list[tuple[str, Document]], str]:
    """The entries (scope, resource) that a list answers with, filtered, in order, as many as
    fit, and the token for the rest. Raises RestRefusal for parameters it cannot read."""
    found = list(entries)
    if call.query.get("filter"):
        test = read_filter(call.query["filter"])
        found = [entry for entry in found if test(entry[1])]
    order = call.query.get("orderBy") or "name"
    if order == "creationTimestamp desc":
        found.sort(key=lambda entry: text(entry[1], "creationTimestamp"), reverse=True)
    elif order == "name":
        found.sort(key=lambda entry: (entry[0], text(entry[1], "name")))
    else:
        raise invalid("orderBy", order, "Invalid order by.")
    most = _most(call.query.get("maxResults", ""))
    start = _start(call.query.get("pageToken", ""))
    # The token is a position: what is removed in between is not what a test asks for here.
    chosen = found[start : start + most]
    more = start + most < len(found)
    return chosen, _token(start + most) if more else ""


def _most(given: str) -> int:
    if not given:
        return MOST_RESULTS
    if not given.isdigit() or int(given) > MOST_RESULTS:
        raise invalid("maxResults", given, f"Must be between 0 and {MOST_RESULTS}, inclusive.")
    return int(given) or MOST_RESULTS


def _token(position: int) -> str:
    return base64.urlsafe_b64encode(f"position:{position}".encode()).decode()


def _start(token: str) -> int:
    if not token:
        return 0
    try:
        word, _, position = base64.urlsafe_b64decode(token).decode().partition(":")
        if word == "position":
            return int(position)
    except (ValueError, binascii.Error):
        pass
    raise invalid("pageToken", token, "Invalid page token.")
