"""What one REST API says of itself, so that one application can serve them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from providers.sandbox.rest.message import Json, RestAnswer, RestRefusal, RestRequest


@dataclass(frozen=True)
class Action:
    """What a request asks for: the cloud's own name of the operation (`instances.insert`,
    `virtualMachines.createOrUpdate`), whether it changes anything, and where. `name` is empty
    for what the API does not know."""

    name: str
    changes: bool
    region: str = ""
    zone: str = ""


class Dialect(Protocol):
    """One emulated REST API."""

    service: str
    """How the log and the faults call it: `gce` or `arm`."""

    def action(self, request: RestRequest) -> Action:
        """What is asked for. Never raises."""
        ...

    def handle(self, request: RestRequest) -> RestAnswer:
        """Do it; raises RestRefusal. Runs under the application's lock; one that has to wait
        gives the lock up meanwhile (`threading.Condition`)."""
        ...

    def error(self, refusal: RestRefusal, request_id: str) -> RestAnswer:
        """A refusal in the API's own words."""
        ...

    def elide(self, document: Json) -> Json:
        """The document with a placeholder (`elide.placeholder`) for whatever is secret."""
        ...

    def identify(self, request_id: str) -> dict[str, str]:
        """The headers that carry the request id in an answer."""
        ...
