"""The API called without a socket, machines on paper, every exchange judged."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import pytest

from providers.sandbox.faults import Fault
from providers.sandbox.gce.cloud import PROJECT, Cloud
from providers.sandbox.gce.dialect import Gce
from providers.sandbox.rest.message import RestAnswer, RestRefusal, RestRequest, no_fault
from tests.judges.discovery import compute
from tests.judges.traffic import Exchange
from tests.paper_hosts import PaperHosts

ZONE = "us-central1-a"
REGION = "us-central1"
DEADLINE = 10


@dataclass
class Api:
    """`hosts` are the machines; `seen` is every exchange that was to be right."""

    hosts: PaperHosts = field(default_factory=PaperHosts)
    seen: list[Exchange] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cloud = Cloud(self.hosts)
        self.gce = Gce(self.cloud)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        project: str = PROJECT,
        doom: Callable[[], Fault | None] = no_fault,
    ) -> Any:
        """The body of a good answer."""
        path, _, query = path.partition("?")
        whole = f"/compute/v1/projects/{project}{'/' if path else ''}{path}"
        request = RestRequest(method, whole, dict(parse_qsl(query)), {}, body, doom)
        with self.cloud.changed:
            answer = self.gce.handle(request)
        self._see(request, answer)
        assert answer.status in (200, 204)
        return answer.body

    def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
        """Status and reason of a refusal; its message is kept in `message`."""
        with pytest.raises(RestRefusal) as caught:
            self.ask(method, path, body, **more)
        answer = self.gce.error(caught.value, "id")
        self.message = caught.value.message
        self._see(RestRequest("GET", f"/compute/v1/projects/{PROJECT}"), answer)
        return caught.value.status, caught.value.code

    def done(self, operation: Any) -> Any:
        """The operation at its end."""
        assert operation["status"] == "PENDING"
        place = operation["selfLink"].partition(f"projects/{PROJECT}/")[2]
        shown = self.ask("GET", place)
        assert shown["status"] == "RUNNING"
        end = time.monotonic() + DEADLINE
        while shown["status"] != "DONE":
            assert time.monotonic() < end
            shown = self.ask("POST", f"{place}/wait")
        return shown

    def do(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """A change, to its end."""
        return self.done(self.ask(method, path, body, **more))

    def instance_body(self, name: str = "one", **more: Any) -> dict[str, Any]:
        """The smallest request for an instance, with `more` in it."""
        image = "projects/debian-cloud/global/images/family/debian-12"
        body: dict[str, Any] = {
            "name": name,
            "machineType": f"zones/{ZONE}/machineTypes/e2-small",
            "disks": [
                {"boot": True, "autoDelete": True, "initializeParams": {"sourceImage": image}}
            ],
            "networkInterfaces": [
                {"network": "global/networks/default", "accessConfigs": [{"name": "nat"}]}
            ],
        }
        return body | more

    def insert(self, name: str = "one", **more: Any) -> Any:
        """An instance that runs."""
        self.do("POST", f"zones/{ZONE}/instances", self.instance_body(name, **more))
        return self.instance(name)

    def instance(self, name: str = "one") -> Any:
        return self.ask("GET", f"zones/{ZONE}/instances/{name}")

    def machine(self, instance: Any) -> Any:
        """The machine on paper behind an instance."""
        return self.hosts.machines[f"gce-{instance['id']}"]

    def _see(self, request: RestRequest, answer: RestAnswer) -> None:
        self.seen.append(
            Exchange(
                "gce",
                request.method,
                request.path,
                request.query,
                request.body,
                answer.status,
                answer.body,
            )
        )


@pytest.fixture
def api() -> Iterator[Api]:
    """After each test, the judge looks at everything that was exchanged."""
    api = Api()
    yield api
    judge = compute()
    assert [found for exchange in api.seen for found in judge.judge(exchange)] == []


@pytest.fixture
def request_id() -> str:
    return str(uuid.uuid4())
