"""One request to ARM, with what every handler asks of it."""

from __future__ import annotations

from dataclasses import dataclass

from providers.sandbox.arm.document import Document
from providers.sandbox.faults import Fault
from providers.sandbox.rest.message import RestRequest


@dataclass(frozen=True)
class Call:
    """A request; `base` is the address that the caller used, for links in answers."""

    request: RestRequest
    base: str

    @property
    def method(self) -> str:
        """GET, PUT and so on."""
        return self.request.method

    @property
    def version(self) -> str:
        """The API version that was asked for; empty when none was."""
        return self.query("api-version")

    @property
    def body(self) -> Document:
        """The document that came along; empty when none did."""
        return self.request.body if isinstance(self.request.body, dict) else {}

    def query(self, name: str) -> str:
        """A query parameter, whatever the case of its name; empty when it is not there."""
        for key, value in self.request.query.items():
            if key.lower() == name.lower():
                return value
        return ""

    def header(self, name: str) -> str:
        """A header; empty when it is not there."""
        return self.request.headers.get(name.lower(), "")

    def doom(self) -> Fault | None:
        """The fault that the operation which begins now has to end in, if any."""
        return self.request.doom()
