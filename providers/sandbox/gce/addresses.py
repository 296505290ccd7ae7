"""Reserved external addresses: an address of the sandbox's network, kept for its owner."""

from __future__ import annotations

from collections.abc import Iterable

from providers.sandbox.errors import SandboxError
from providers.sandbox.gce.call import Call, Document, text, texts
from providers.sandbox.gce.cloud import Cloud
from providers.sandbox.gce.errors import in_use, invalid, required
from providers.sandbox.gce.labels import check_labels, put_labels, set_labels
from providers.sandbox.gce.links import BASE, project_url
from providers.sandbox.gce.lists import REGIONAL, aggregated, listed
from providers.sandbox.gce.operations import Operation
from providers.sandbox.gce.router import AGGREGATED, LISTED, Route
from providers.sandbox.rest.message import RestRefusal


class Addresses:
    """Methods of `addresses`, for external IPv4 addresses of a region."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def routes(self) -> Iterable[Route]:
        """The methods."""
        path = "projects/{project}/regions/{region}/addresses"
        one, request = f"{path}/{{address}}", ("requestId",)
        yield Route("addresses.list", "GET", path, self.list, LISTED)
        yield Route("addresses.get", "GET", one, self.get)
        yield Route("addresses.insert", "POST", path, self.insert, request, "Address")
        yield Route("addresses.delete", "DELETE", one, self.delete, request)
        yield Route(
            "addresses.setLabels",
            "POST",
            f"{path}/{{resource}}/setLabels",
            self.set_labels,
            request,
            "RegionSetLabelsRequest",
        )
        yield Route(
            "addresses.aggregatedList",
            "GET",
            "projects/{project}/aggregated/addresses",
            self.list_all,
            AGGREGATED,
        )

    def list(self, call: Call) -> Document:
        """addresses.list"""
        found = self._cloud.store.list(call.project, call.scope, "addresses")
        return listed(call, "addressList", found)

    def list_all(self, call: Call) -> Document:
        """addresses.aggregatedList"""
        found = self._cloud.store.list_all(call.project, "addresses")
        return aggregated(call, "addressAggregatedList", "addresses", REGIONAL, found)

    def get(self, call: Call) -> Document:
        """addresses.get"""
        return self._cloud.store.get(call.link("addresses", call.parts["address"]))

    def insert(self, call: Call) -> Operation:
        """addresses.insert"""
        body = dict(call.body)
        if not body.get("name"):
            raise required("resource.name")
        for field, only in (("addressType", "EXTERNAL"), ("ipVersion", "IPV4")):
            if body.get(field, only) != only:
                raise invalid(f"resource.{field}", body[field], f"The sandbox has {only} only.")
        if body.get("address"):
            raise invalid("resource.address", body["address"], "The address is not ours to give.")
        labels = check_labels(body.pop("labels", None), "resource.labels")
        link = call.link("addresses", text(body, "name"))
        made = self._cloud.store.add(
            link,
            "address",
            {
                **body,
                "addressType": "EXTERNAL",
                "networkTier": body.get("networkTier", "PREMIUM"),
                "ipVersion": "IPV4",
                "region": project_url(link.project, link.scope),
                "status": "RESERVED",
            },
        )
        try:
            made["address"] = self._cloud.hosts.pool.keep()
        except SandboxError as error:
            self._cloud.store.remove(link)
            raise RestRefusal(503, "backendError", str(error)) from None
        put_labels(made, labels)
        return self._cloud.settle(self._cloud.begin(call, "insert", link, made))

    def delete(self, call: Call) -> Operation:
        """addresses.delete: refused while an instance uses it."""
        address = self.get(call)
        link = call.link("addresses", text(address, "name"))
        for user in texts(address, "users"):
            raise in_use("address", link.path, user.removeprefix(BASE))
        operation = self._cloud.begin(call, "delete", link, address)
        self._cloud.store.remove(link)
        self._cloud.hosts.pool.let_go(text(address, "address"))
        return self._cloud.settle(operation)

    def set_labels(self, call: Call) -> Operation:
        """addresses.setLabels"""
        link = call.link("addresses", call.parts["resource"])
        address = self._cloud.store.get(link)
        set_labels(address, call.body, "Labels")
        return self._cloud.settle(self._cloud.begin(call, "setLabels", link, address))

    def reserved(self, project: str, address: str, field: str) -> Document:
        """The reservation of an address that an instance asks for. Raises RestRefusal when
        there is none, or another instance has it."""
        for _, found in self._cloud.store.everywhere(project, "addresses"):
            if found["address"] == address:
                for user in texts(found, "users"):
                    raise in_use("address", address, user.removeprefix(BASE))
                return found
        raise invalid(field, address, "The specified external IP address was not found.")

    def occupy(self, address: Document, user: str) -> None:
        """An instance has it."""
        address["status"], address["users"] = "IN_USE", [user]

    def vacate(self, project: str, user: str) -> None:
        """The instance has it no more; calling twice is safe."""
        for _, found in self._cloud.store.everywhere(project, "addresses"):
            if user in texts(found, "users"):
                found["status"] = "RESERVED"
                del found["users"]
