"""Remove what is ours from a cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.operations.context import Context
from orchestrator.operations.operation import Operation
from orchestrator.reporting.events import PlannedChange
from orchestrator.spec.hosts import SERVERS
from providers.contract.types import TAG_TOKEN, Resource

DESTROY_DEADLINE = 600.0
"""Seconds until a resource must be really gone."""


@dataclass(frozen=True, kw_only=True)
class DestroyResource(Operation):
    """Destroy one tagged resource and forget what was remembered of it."""

    kind: ClassVar[str] = "destroy"

    resource: Resource
    note: str = ""
    goes_along: bool = False
    """It goes with its machine; here only to make sure, and no line of its own."""
    carried: bool = False
    """It has gone with its group by then: there is nothing to call."""

    @property
    def subject(self) -> str:
        resource = self.resource
        return f"{resource.kind} {resource.name or resource.id}"

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.resource.kind}:{self.resource.id}"

    @property
    def machine(self) -> str | None:
        return self.resource.name if self.resource.kind == "machine" else None

    @property
    def detail(self) -> str:
        # Where an id is a path, its last part is what a person knows the resource by.
        name = self.resource.id.rpartition("/")[2]
        where = f"{self.resource.provider} {self.resource.region}, {name}"
        return f"{where}, {self.note}" if self.note else where

    def describe(self) -> PlannedChange | None:
        if self.goes_along:
            return None
        resource = self.resource
        name = resource.name or resource.id
        kind = "claim" if resource.provider == SERVERS else resource.kind
        return PlannedChange("delete", kind, name, resource.target, self.machine, self.detail)

    def apply(self, context: Context) -> bool:
        resource = self.resource
        if not self.carried:
            provider = context.providers.get(resource.provider, resource.region)
            provider.destroy(resource, context.owner, deadline=DESTROY_DEADLINE)
        if resource.kind == "machine":
            context.store.requests.erase(resource.tags.get(TAG_TOKEN, ""))
            record = context.store.machines.all().get(resource.name)
            if record is not None and record.id == resource.id:
                context.store.machines.forget(resource.name)
            context.store.servers.forget(resource.id)
        return True
