"""What the subscription holds: resource groups, and resources in them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

from providers.sandbox.arm.document import Document
from providers.sandbox.arm.ids import ResourceId
from providers.sandbox.arm.operations import Failure, Operation
from providers.sandbox.arm.refusals import no_group


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def stamp(time: datetime) -> str:
    """A time as ARM writes it: RFC 3339 with seven digits of a second."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0+00:00"


@dataclass
class Group:
    """A resource group."""

    name: str
    location: str
    tags: dict[str, str]
    managed_by: str | None = None
    deleting: Operation | None = None
    made: datetime = field(default_factory=now)


@dataclass
class Record:
    """A tracked resource: `body` holds its settable members, complete with the defaults.

    `state` is its provisioning state. `operation` is the last one that changed it. `address` is
    the sandbox's own address behind a public address or an interface. A virtual machine has
    `power` (as in `PowerState/...`, empty where nothing was ever started) and `machine`, its id
    in the fleet while it has one there; `failure` is what its last operation failed with.
    """

    id: ResourceId
    body: Document
    state: str = "Succeeded"
    operation: Operation | None = None
    address: str = ""
    power: str = ""
    machine: str = ""
    failure: Failure | None = None
    guid: str = field(default_factory=lambda: str(uuid.uuid4()))
    etag: str = field(default_factory=lambda: str(uuid.uuid4()))
    made: datetime = field(default_factory=now)
    changed: datetime = field(default_factory=now)

    @property
    def busy(self) -> bool:
        """Whether an operation is changing it."""
        return self.operation is not None and not self.operation.over

    @property
    def location(self) -> str:
        """Where it is."""
        return str(self.body.get("location", ""))

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        return dict(self.body.get("tags") or {})

    @property
    def properties(self) -> Document:
        """Its settable properties."""
        found: Document = self.body.setdefault("properties", {})
        return found

    def touch(self) -> None:
        """It has changed."""
        self.changed, self.etag = now(), str(uuid.uuid4())


class Store:
    """Groups and resources by name, whatever the case. The caller holds the API's lock."""

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}
        self._records: dict[str, Record] = {}

    def groups(self) -> list[Group]:
        """All groups in the order of their names, as ARM lists them."""
        return [self._groups[name] for name in sorted(self._groups)]

    def find_group(self, name: str) -> Group | None:
        """The group of that name."""
        return self._groups.get(name.lower())

    def need_group(self, name: str) -> Group:
        """The group of that name. Raises RestRefusal when there is none."""
        found = self.find_group(name)
        if found is None:
            raise no_group(name)
        return found

    def put_group(self, group: Group) -> None:
        """Add a group."""
        self._groups[group.name.lower()] = group

    def drop_group(self, name: str) -> None:
        """Forget a group; its resources have to be gone."""
        self._groups.pop(name.lower(), None)

    def find(self, id: ResourceId | str) -> Record | None:
        """The resource of that id."""
        return self._records.get(str(id).lower())

    def put(self, record: Record) -> None:
        """Add or replace a resource."""
        self._records[record.id.key] = record

    def drop(self, record: Record) -> None:
        """Forget a resource; calling twice is safe."""
        if self._records.get(record.id.key) is record:
            del self._records[record.id.key]

    def records(self, type: str = "", group: str = "") -> list[Record]:
        """Resources, of one type and of one group where these are named, the oldest first."""
        return [
            record
            for record in self._records.values()
            if (not type or record.id.type.lower() == type.lower())
            and (not group or record.id.group.lower() == group.lower())
        ]
