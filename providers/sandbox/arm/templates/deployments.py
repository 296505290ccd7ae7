"""Template deployments: the resources of a template, each as soon as those it needs stand.

`az vm create` makes everything by one deployment. Templates are inline and incremental.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.checks import fit
from providers.sandbox.arm.document import Document
from providers.sandbox.arm.ids import ResourceId, parse_id
from providers.sandbox.arm.kind import Kind
from providers.sandbox.arm.operations import Failure, Operation
from providers.sandbox.arm.pages import page
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.arm.shapes.common import DEPLOYMENT
from providers.sandbox.arm.spelling import respell
from providers.sandbox.arm.store import now, stamp
from providers.sandbox.arm.templates.expressions import Scope, evaluate
from providers.sandbox.arm.templates.template import Step, read_steps
from providers.sandbox.arm.versions import TYPES
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestAnswer, RestRefusal

TYPE = "Microsoft.Resources/deployments"


@dataclass
class Deployment:
    """One deployment and how far it has come."""

    id: ResourceId
    steps: list[Step]
    template: Document
    parameters: dict[str, Any]
    scope: Scope
    call: Call
    begun: dict[str, Operation | None] = field(default_factory=dict)
    state: str = "Accepted"
    error: Document | None = None
    outputs: Document = field(default_factory=dict)
    started: Any = field(default_factory=now)
    correlation: str = field(default_factory=lambda: str(uuid.uuid4()))
    operation: str = field(default_factory=lambda: str(uuid.uuid4()))
    seen: int = 0

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.state in ("Succeeded", "Failed", "Canceled")


Place = Callable[[World, Call, ResourceId], RestAnswer]
"""PUTs one resource, of whatever type."""


class Deployments:
    """All deployments. The caller holds the API's lock."""

    def __init__(self, world: World, place: Place, kind_of: Callable[[str], Kind | None]) -> None:
        self._world = world
        self._place = place
        self._kind_of = kind_of
        self._all: dict[str, Deployment] = {}

    def put(self, call: Call, id: ResourceId) -> RestAnswer:
        """Begin a deployment."""
        new = id.key not in self._all
        deployment = self._read(call, id)
        self._all[id.key] = deployment
        headers = {
            "Azure-AsyncOperation": self._link(call, deployment),
            "Retry-After": str(self._world.settings.retry_after),
        }
        return RestAnswer(201 if new else 200, self._show(deployment), headers)

    def validate(self, call: Call, id: ResourceId) -> RestAnswer:
        """Read the template and say what is wrong with it, if anything."""
        deployment = self._read(call, id)
        deployment.state = "Succeeded"
        return RestAnswer(200, self._show(deployment))

    def get(self, id: ResourceId) -> RestAnswer:
        """How it stands."""
        return RestAnswer(200, self._show(self._need(id)))

    def list_all(self, call: Call, group: str) -> RestAnswer:
        """All of a group."""
        self._world.store.need_group(group)
        found = [one for one in self._all.values() if one.id.group.lower() == group.lower()]
        return page(self._world, call, [self._show(one) for one in found])

    def delete(self, id: ResourceId) -> RestAnswer:
        """Forget it; what it made stays."""
        if self._all.pop(id.key, None) is None:
            return RestAnswer(204)
        return RestAnswer(204)

    def status(self, operation: str) -> RestAnswer:
        """Its long-running operation; the first answer is always that it goes on."""
        for deployment in self._all.values():
            if deployment.operation == operation.lower():
                deployment.seen += 1
                if not deployment.over or deployment.seen == 1:
                    headers = {"Retry-After": str(self._world.settings.retry_after)}
                    return RestAnswer(200, {"status": "Running"}, headers)
                document: Document = {"status": deployment.state}
                if deployment.error is not None:
                    document["error"] = deployment.error
                return RestAnswer(200, document)
        raise refuse(404, "DeploymentOperationNotFound", "The operation could not be found.")

    def operations(self, call: Call, id: ResourceId) -> RestAnswer:
        """One entry for each resource that was begun."""
        deployment = self._need(id)
        shown = []
        for step in deployment.steps:
            if step.id.key not in deployment.begun:
                continue
            operation = deployment.begun[step.id.key]
            state = operation.status if operation is not None else "Succeeded"
            name = uuid.uuid5(uuid.NAMESPACE_URL, step.id.key).hex[:16].upper()
            properties: Document = {
                "provisioningOperation": "Create",
                "provisioningState": "Running" if state == "InProgress" else state,
                "timestamp": stamp(deployment.started),
                "duration": "PT1S",
                "statusCode": "OK" if state != "Failed" else "Conflict",
                "targetResource": {
                    "id": str(step.id),
                    "resourceType": step.id.type,
                    "resourceName": step.id.name,
                },
            }
            if operation is not None and operation.failure is not None:
                properties["statusMessage"] = {
                    "status": "Failed",
                    "error": {
                        "code": operation.failure.code,
                        "message": operation.failure.message,
                    },
                }
            shown.append(
                {"id": f"{id}/operations/{name}", "operationId": name, "properties": properties}
            )
        return page(self._world, call, shown)

    def forget_group(self, group: str) -> None:
        """The group is gone, and its deployments with it."""
        for key in [k for k, one in self._all.items() if one.id.group.lower() == group.lower()]:
            del self._all[key]

    def advance(self) -> None:
        """Begin what can begin, and end what is done."""
        for deployment in self._all.values():
            if not deployment.over:
                self._advance(deployment)

    def _advance(self, deployment: Deployment) -> None:
        deployment.state = "Running"
        failed = [
            (step, operation.failure)
            for step in deployment.steps
            if (operation := deployment.begun.get(step.id.key)) is not None
            and operation.failure is not None
        ]
        if failed:
            self._fail(deployment, failed)
            return
        done = {
            key for key, one in deployment.begun.items() if one is None or one.status == "Succeeded"
        }
        if len(done) == len(deployment.steps):
            self._succeed(deployment)
            return
        for step in deployment.steps:
            if step.id.key not in deployment.begun and step.after <= done:
                self._begin(deployment, step)
                if deployment.over:
                    return

    def _begin(self, deployment: Deployment, step: Step) -> None:
        request = replace(
            deployment.call.request,
            method="PUT",
            path=str(step.id),
            query={"api-version": step.version},
            headers={"host": deployment.call.header("host")},
            body=respell(self._kind_of(step.id.type), step.body),
        )
        try:
            self._place(self._world, replace(deployment.call, request=request), step.id)
        except RestRefusal as refusal:
            self._fail(deployment, [(step, Failure(refusal.code, refusal.message))])
            return
        record = self._world.store.find(step.id)
        record = record or self._world.store.find(step.id.parent)
        deployment.begun[step.id.key] = record.operation if record is not None else None

    def _fail(self, deployment: Deployment, failed: list[tuple[Step, Failure]]) -> None:
        deployment.state = "Failed"
        deployment.error = {
            "code": "DeploymentFailed",
            "target": str(deployment.id),
            "message": "At least one resource deployment operation failed. Please list deployment "
            "operations for details. Please see https://aka.ms/arm-deployment-operations for "
            "usage details.",
            "details": [
                {"code": failure.code, "message": failure.message, "target": str(step.id)}
                for step, failure in failed
            ],
        }

    def _succeed(self, deployment: Deployment) -> None:
        functions = deployment.scope.functions()
        deployment.outputs = {
            name: {"type": str(entry.get("type", "String")).title(), "value": value}
            for name, entry in (deployment.template.get("outputs") or {}).items()
            for value in [evaluate(entry.get("value"), functions)]
        }
        deployment.state = "Succeeded"

    def _read(self, call: Call, id: ResourceId) -> Deployment:
        group = self._world.group_to_write(id.group)
        body = fit(DEPLOYMENT, DEPLOYMENT.respell(call.request.body), None, "resources")
        properties = body.get("properties") or {}
        template = properties.get("template")
        if not isinstance(template, dict):
            raise refuse(
                400, "InvalidTemplate", "The sandbox takes templates that are given inline."
            )
        if properties.get("mode", "Incremental") != "Incremental":
            raise refuse(
                400, "InvalidDeploymentMode", "The sandbox has incremental deployments only."
            )
        given = {
            name: entry.get("value") if isinstance(entry, dict) else entry
            for name, entry in (properties.get("parameters") or {}).items()
        }
        declared = template.get("parameters") or {}
        for name, entry in declared.items():
            if name not in given and "defaultValue" in entry:
                given[name] = entry["defaultValue"]
        scope = Scope(
            subscription=self._world.subscription,
            tenant=self._world.tenant,
            group=group.name,
            location=group.location,
            name=id.name,
            parameters=given,
            variables=template.get("variables") or {},
            reference=lambda text: self._reference(id, text),
            versions=_versions,
        )
        return Deployment(id, read_steps(template, scope), template, given, scope, call)

    def _reference(self, id: ResourceId, text: str) -> Any:
        known = parse_id(text)
        if known is None:
            names = [one.id for one in self._all[id.key].steps if one.id.name == text]
            known = names[0] if names else None
        record = self._world.store.find(known) if known is not None else None
        kind = self._kind_of(record.id.type) if record is not None else None
        if record is None or kind is None:
            raise refuse(404, "ResourceNotFound", f"The Resource '{text}' was not found.")
        return kind.show(self._world, record)["properties"]

    def _need(self, id: ResourceId) -> Deployment:
        self._world.store.need_group(id.group)
        found = self._all.get(id.key)
        if found is None:
            raise refuse(404, "DeploymentNotFound", f"Deployment '{id.name}' could not be found.")
        return found

    def _link(self, call: Call, deployment: Deployment) -> str:
        query = urlencode({"api-version": call.version})
        return f"{call.base}{deployment.id}/operationStatuses/{deployment.operation}?{query}"

    def _show(self, deployment: Deployment) -> Document:
        secure = {
            name
            for name, entry in (deployment.template.get("parameters") or {}).items()
            if str(entry.get("type", "")).lower().startswith("secure")
        }
        properties: Document = {
            "templateHash": str(uuid.uuid5(uuid.NAMESPACE_URL, deployment.correlation).int)[:19],
            "parameters": {
                name: {"type": "String", **({} if name in secure else {"value": value})}
                for name, value in deployment.parameters.items()
            },
            "mode": "Incremental",
            "provisioningState": deployment.state,
            "timestamp": stamp(deployment.started),
            "duration": "PT1S",
            "correlationId": deployment.correlation,
            "providers": [],
            "dependencies": [],
        }
        if deployment.state == "Succeeded":
            properties["outputs"] = deployment.outputs
            properties["outputResources"] = [{"id": str(step.id)} for step in deployment.steps]
        if deployment.error is not None:
            properties["error"] = deployment.error
        return {
            "id": str(deployment.id),
            "name": deployment.id.name,
            "type": TYPE,
            "properties": properties,
        }


def _versions(type: str) -> list[str]:
    found = next((versions for name, versions in TYPES.items() if name.lower() == type.lower()), ())
    return sorted(found, reverse=True)
