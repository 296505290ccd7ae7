"""Resource links: the forms that Compute Engine takes, and the one it gives."""

from __future__ import annotations

import re
from dataclasses import dataclass

from providers.sandbox.gce.errors import invalid

BASE = "https://www.googleapis.com/compute/v1/"
PREFIX = re.compile(r"https?://[^/]+/compute/v1/")
SCOPE = r"(?P<scope>global|(?:zones|regions)/[^/]+)"


@dataclass(frozen=True)
class Link:
    """One resource: `scope` is `global`, `zones/NAME` or `regions/NAME`."""

    project: str
    scope: str
    collection: str
    name: str

    @property
    def path(self) -> str:
        """From `projects/` on, as error messages have it."""
        return f"projects/{self.project}/{self.scope}/{self.collection}/{self.name}"

    @property
    def url(self) -> str:
        """The whole link, as answers have it."""
        return BASE + self.path


def project_url(project: str, rest: str) -> str:
    """The link to something of a project, such as `zones/us-central1-a`."""
    return f"{BASE}projects/{project}/{rest}"


def read_link(text: str, collection: str, project: str, field: str) -> Link:
    """A link from a request: a whole URL, from `projects/` on, or from the scope on (then it is
    of `project`). Raises RestRefusal for anything else, a bare name among it."""
    found = re.fullmatch(
        rf"(?:projects/(?P<project>[^/]+)/)?{SCOPE}/{collection}/(?P<name>[^?]+)",
        PREFIX.sub("", text),
    )
    if not found:
        raise invalid(field, text, "The URL is malformed.")
    return Link(found["project"] or project, found["scope"], collection, found["name"])


def last_part(url: str) -> str:
    """The name at the end of a link."""
    return url.rpartition("/")[2]
