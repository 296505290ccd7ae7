"""Methods of `zoneOperations`, `regionOperations` and `globalOperations`."""

from __future__ import annotations

from collections.abc import Iterable

from providers.sandbox.gce.call import Call, Document
from providers.sandbox.gce.cloud import Cloud
from providers.sandbox.gce.lists import REGIONAL, ZONES, aggregated, listed
from providers.sandbox.gce.router import AGGREGATED, LISTED, Route

SCOPES = {
    "zoneOperations": "projects/{project}/zones/{zone}/operations",
    "regionOperations": "projects/{project}/regions/{region}/operations",
    "globalOperations": "projects/{project}/global/operations",
}


class OperationMethods:
    """The same four methods in each kind of place."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def routes(self) -> Iterable[Route]:
        """The methods."""
        operations = self._cloud.operations
        for collection, path in SCOPES.items():
            one = f"{path}/{{operation}}"
            yield Route(f"{collection}.list", "GET", path, self.list, LISTED)
            yield Route(f"{collection}.get", "GET", one, operations.get)
            yield Route(f"{collection}.wait", "POST", f"{one}/wait", operations.wait)
            yield Route(f"{collection}.delete", "DELETE", one, self.delete)

        yield Route(
            "globalOperations.aggregatedList",
            "GET",
            "projects/{project}/aggregated/operations",
            self.list_all,
            AGGREGATED,
        )

    def list_all(self, call: Call) -> Document:
        """globalOperations.aggregatedList"""
        found = [
            entry
            for scope in (*REGIONAL, *ZONES)
            for entry in self._cloud.operations.within(call.project, scope)
        ]
        return aggregated(call, "operationAggregatedList", "operations", (*REGIONAL, *ZONES), found)

    def list(self, call: Call) -> Document:
        """zoneOperations.list and its like; a list does not take operations further."""
        return listed(
            call, "operationList", self._cloud.operations.within(call.project, call.scope)
        )

    def delete(self, call: Call) -> None:
        """zoneOperations.delete and its like; answered without a body."""
        self._cloud.operations.delete(call)
