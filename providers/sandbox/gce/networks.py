"""Networks and their subnetworks. `default` is in auto mode: a subnetwork in every region."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from providers.sandbox.gce.call import Call, Document, text
from providers.sandbox.gce.cloud import PROJECT, Cloud
from providers.sandbox.gce.errors import in_use, invalid, required
from providers.sandbox.gce.geography import REGIONS
from providers.sandbox.gce.links import BASE, Link, project_url, read_link
from providers.sandbox.gce.lists import REGIONAL, aggregated, listed
from providers.sandbox.gce.operations import Operation
from providers.sandbox.gce.router import AGGREGATED, LISTED, Route
from providers.sandbox.gce.stamps import fingerprint
from providers.sandbox.rest.message import Json


class Networks:
    """Methods of `networks` and `subnetworks`."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        link = Link(PROJECT, "global", "networks", "default")
        self._make(link, {"description": "Default network for the project"}, auto=True)

    def routes(self) -> Iterable[Route]:
        """The methods."""
        networks = "projects/{project}/global/networks"
        subnets = "projects/{project}/regions/{region}/subnetworks"
        request = ("requestId",)
        yield Route("networks.list", "GET", networks, self.list, LISTED)
        yield Route("networks.get", "GET", f"{networks}/{{network}}", self.get)
        yield Route("networks.insert", "POST", networks, self.insert, request, "Network")
        yield Route("networks.delete", "DELETE", f"{networks}/{{network}}", self.delete, request)
        views = ("views",)
        yield Route("subnetworks.list", "GET", subnets, self.list_subnets, (*LISTED, *views))
        yield Route("subnetworks.get", "GET", f"{subnets}/{{subnetwork}}", self.get_subnet, views)
        yield Route(
            "subnetworks.insert", "POST", subnets, self.insert_subnet, request, "Subnetwork"
        )
        yield Route(
            "subnetworks.delete",
            "DELETE",
            f"{subnets}/{{subnetwork}}",
            self.delete_subnet,
            request,
        )
        yield Route(
            "subnetworks.aggregatedList",
            "GET",
            "projects/{project}/aggregated/subnetworks",
            self.list_all_subnets,
            (*AGGREGATED, *views),
        )

    def list(self, call: Call) -> Document:
        """networks.list"""
        found = self._cloud.store.list(call.project, "global", "networks")
        return listed(call, "networkList", found)

    def get(self, call: Call) -> Document:
        """networks.get"""
        return self._cloud.store.get(call.link("networks", call.parts["network"]))

    def insert(self, call: Call) -> Operation:
        """networks.insert"""
        body = dict(call.body)
        if not body.get("name"):
            raise required("resource.name")
        if "autoCreateSubnetworks" not in body:
            raise invalid("resource.IPv4Range", "", "Legacy networks cannot be made any more.")
        link = call.link("networks", text(body, "name"))
        made = self._make(link, body, auto=bool(body["autoCreateSubnetworks"]))
        return self._cloud.settle(self._cloud.begin(call, "insert", link, made))

    def delete(self, call: Call) -> Operation:
        """networks.delete: refused while a firewall, an instance or, in custom mode, a
        subnetwork is in it."""
        link = call.link("networks", call.parts["network"])
        network = self._cloud.store.get(link)
        store, url = self._cloud.store, text(network, "selfLink")
        kinds = ["firewalls", "instances"]
        if not network["autoCreateSubnetworks"]:
            kinds.append("subnetworks")
        for kind in kinds:
            for _, user in store.everywhere(call.project, kind):
                if _uses(user, "network", url):
                    raise in_use("network", link.path, text(user, "selfLink").removeprefix(BASE))
        operation = self._cloud.begin(call, "delete", link, network)
        for scope, subnet in list(store.everywhere(call.project, "subnetworks")):
            if subnet["network"] == url:
                store.remove(Link(call.project, scope, "subnetworks", text(subnet, "name")))
        store.remove(link)
        return self._cloud.settle(operation)

    def list_subnets(self, call: Call) -> Document:
        """subnetworks.list"""
        found = self._cloud.store.list(call.project, call.scope, "subnetworks")
        return listed(call, "subnetworkList", found)

    def list_all_subnets(self, call: Call) -> Document:
        """subnetworks.aggregatedList"""
        found = self._cloud.store.list_all(call.project, "subnetworks")
        return aggregated(call, "subnetworkAggregatedList", "subnetworks", REGIONAL, found)

    def get_subnet(self, call: Call) -> Document:
        """subnetworks.get"""
        return self._cloud.store.get(call.link("subnetworks", call.parts["subnetwork"]))

    def insert_subnet(self, call: Call) -> Operation:
        """subnetworks.insert"""
        body = dict(call.body)
        for field in ("name", "network", "ipCidrRange"):
            if not body.get(field):
                raise required(f"resource.{field}")
        network = read_link(text(body, "network"), "networks", call.project, "resource.network")
        found = self._cloud.store.get(network)
        self._check_range(call.project, text(found, "selfLink"), text(body, "ipCidrRange"))
        link = call.link("subnetworks", text(body, "name"))
        made = self._make_subnet(link, found, {**body, "network": found["selfLink"]})
        return self._cloud.settle(self._cloud.begin(call, "insert", link, made))

    def delete_subnet(self, call: Call) -> Operation:
        """subnetworks.delete: refused while an instance is in it."""
        link = call.link("subnetworks", call.parts["subnetwork"])
        subnet = self._cloud.store.get(link)
        url = text(subnet, "selfLink")
        for _, user in self._cloud.store.everywhere(call.project, "instances"):
            if _uses(user, "subnetwork", url):
                user_path = text(user, "selfLink").removeprefix(BASE)
                raise in_use("subnetwork", link.path, user_path)
        operation = self._cloud.begin(call, "delete", link, subnet)
        self._cloud.store.remove(link)
        for _, network in self._cloud.store.everywhere(call.project, "networks"):
            if network["selfLink"] == subnet["network"]:
                _forget(network, url)
        return self._cloud.settle(operation)

    def _make(self, link: Link, body: Document, *, auto: bool) -> Document:
        made = self._cloud.store.add(
            link,
            "network",
            {
                "mtu": 1460,
                "networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL",
                **body,
                "autoCreateSubnetworks": auto,
                "routingConfig": {"routingMode": "REGIONAL", **_routing(body)},
            },
        )
        made["selfLinkWithId"] = project_url(link.project, f"global/networks/{made['id']}")
        if auto:
            for region in REGIONS:
                place = Link(link.project, f"regions/{region.name}", "subnetworks", link.name)
                self._make_subnet(place, made, {"ipCidrRange": region.subnet, "network": link.url})
        return made

    def _make_subnet(self, link: Link, network: Document, body: Document) -> Document:
        range_ = ipaddress.ip_network(text(body, "ipCidrRange"))
        made = self._cloud.store.add(
            link,
            "subnetwork",
            {
                "privateIpGoogleAccess": False,
                "purpose": "PRIVATE",
                "stackType": "IPV4_ONLY",
                "allowSubnetCidrRoutesOverlap": False,
                **body,
                "region": project_url(link.project, link.scope),
                "gatewayAddress": str(range_[1]),
                "fingerprint": fingerprint(body),
                "privateIpv6GoogleAccess": "DISABLE_GOOGLE_ACCESS",
            },
        )
        subnets = network.setdefault("subnetworks", [])
        assert isinstance(subnets, list)
        subnets.append(link.url)
        return made

    def _check_range(self, project: str, network: str, text_: str) -> None:
        field = "resource.ipCidrRange"
        try:
            wanted = ipaddress.IPv4Network(text_)
        except ValueError:
            raise invalid(field, text_, "Must be a CIDR address range.") from None
        for _, subnet in self._cloud.store.everywhere(project, "subnetworks"):
            other = ipaddress.IPv4Network(text(subnet, "ipCidrRange"))
            if subnet["network"] == network and wanted.overlaps(other):
                raise invalid(
                    field,
                    text_,
                    f"Invalid IPCidrRange: {wanted} conflicts with existing "
                    f"subnetwork '{subnet['name']}' in region '{subnet['region']}'.",
                )


def _routing(body: Document) -> Document:
    given = body.get("routingConfig")
    return given if isinstance(given, dict) else {}


def _uses(user: Document, member: str, url: str) -> bool:
    if user.get(member) == url:
        return True
    interfaces: Json = user.get("networkInterfaces")
    return isinstance(interfaces, list) and any(
        isinstance(nic, dict) and nic.get(member) == url for nic in interfaces
    )


def _forget(network: Document, subnet: str) -> None:
    left = network.get("subnetworks")
    assert isinstance(left, list)
    network["subnetworks"] = [url for url in left if url != subnet]
    if not network["subnetworks"]:
        del network["subnetworks"]
