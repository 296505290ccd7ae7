"""Networks, subnetworks, firewalls and addresses, and what they mean for machines."""

from __future__ import annotations

from typing import Any

import pytest

from providers.sandbox.firewall import Ingress
from tests.unit.sandbox.gce.conftest import REGION, ZONE, Api

FIREWALLS = "global/firewalls"
ALL = "0.0.0.0/0"


def rule(name: str = "f", **more: Any) -> dict[str, Any]:
    allowed = [{"IPProtocol": "tcp", "ports": ["80"]}]
    return {"name": name, "allowed": allowed, **more}


def test_the_default_network_is_open_for_ssh(api: Api) -> None:
    network = api.ask("GET", "global/networks/default")
    assert network["autoCreateSubnetworks"]
    assert len(network["subnetworks"]) == len(api.ask("GET", "regions")["items"])
    names = [one["name"] for one in api.ask("GET", FIREWALLS)["items"]]
    assert names == [
        "default-allow-icmp",
        "default-allow-internal",
        "default-allow-rdp",
        "default-allow-ssh",
    ]
    machine = api.machine(api.insert())
    assert Ingress("tcp", 22, 22, ALL, 65534) in machine.rules
    assert Ingress("icmp", 0, 65535, ALL, 65534) in machine.rules


def test_rules_reach_the_machines_they_are_for(api: Api) -> None:
    web = api.machine(api.insert("web", tags={"items": ["web"]}))
    other = api.machine(api.insert("other"))
    deny = {
        "name": "no-ssh",
        "denied": [{"IPProtocol": "tcp", "ports": ["22"]}],
        "priority": 901,
        "targetTags": ["web"],
    }
    ours = rule("ours", targetTags=["web"], sourceRanges=["203.0.113.4/32"], priority=900)
    api.do("POST", FIREWALLS, deny)
    api.do("POST", FIREWALLS, ours)
    denied = Ingress("tcp", 22, 22, ALL, 901, deny=True)
    assert {denied, Ingress("tcp", 80, 80, "203.0.113.4/32", 900)} <= web.rules
    assert not any(one.priority in (900, 901) for one in other.rules)
    api.do("PATCH", f"{FIREWALLS}/ours", {"name": "ours", "disabled": True})
    assert not any(one.priority == 900 for one in web.rules)
    api.do("DELETE", f"{FIREWALLS}/no-ssh")
    assert denied not in web.rules
    fingerprint = api.instance("other")["tags"]["fingerprint"]
    api.do("PATCH", f"{FIREWALLS}/ours", {"name": "ours", "disabled": False})
    api.do(
        "POST",
        f"zones/{ZONE}/instances/other/setTags",
        {"items": ["web"], "fingerprint": fingerprint},
    )
    assert any(one.priority == 900 for one in other.rules)


def test_sources_by_tag_and_within_the_network(api: Api) -> None:
    web = api.machine(api.insert("web", tags={"items": ["web"]}))
    api.do("POST", FIREWALLS, rule("from-db", sourceTags=["db"], targetTags=["web"]))
    assert not any(one.priority == 1000 for one in web.rules)
    db = api.machine(api.insert("db", tags={"items": ["db"]}))
    assert Ingress("tcp", 80, 80, f"{db.address}/32", 1000) in web.rules
    inside = [one for one in web.rules if one.source == f"{db.address}/32"]
    assert Ingress("tcp", 0, 65535, f"{db.address}/32", 65534) in inside
    api.do("DELETE", f"zones/{ZONE}/instances/db")
    assert not any(one.source == f"{db.address}/32" for one in web.rules)


def test_protocols_and_ports(api: Api) -> None:
    machine = api.machine(api.insert())
    allowed = [
        {"IPProtocol": "udp", "ports": ["53", "6000-6010"]},
        {"IPProtocol": "all"},
        {"IPProtocol": "47"},
    ]
    api.do("POST", FIREWALLS, rule(allowed=allowed, priority=5, sourceRanges=["10.0.0.0/8"]))
    mine = {(one.protocol, one.first, one.last) for one in machine.rules if one.priority == 5}
    assert mine == {
        ("udp", 53, 53),
        ("udp", 6000, 6010),
        ("-1", 0, 65535),
        ("47", 0, 65535),
    }


def test_a_patch_changes_what_it_names_and_an_update_everything(api: Api) -> None:
    body = rule(targetTags=["web"], sourceRanges=["10.0.0.0/8"], description="mine")
    made = api.do("POST", FIREWALLS, body)
    assert made["operationType"] == "insert"
    api.do("PATCH", f"{FIREWALLS}/f", {"name": "f", "sourceRanges": ["10.1.0.0/16"]})
    patched = api.ask("GET", f"{FIREWALLS}/f")
    assert patched["sourceRanges"] == ["10.1.0.0/16"]
    assert (patched["targetTags"], patched["description"]) == (["web"], "mine")
    api.do("PUT", f"{FIREWALLS}/f", rule())
    updated = api.ask("GET", f"{FIREWALLS}/f")
    assert "targetTags" not in updated
    assert updated["sourceRanges"] == [ALL]
    assert updated["id"] == patched["id"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "Bad"}, "invalid"),
        ({"name": None}, "required"),
        ({"labels": {}}, "badRequest"),
        ({"id": "1"}, "invalid"),
        ({"denied": [{"IPProtocol": "all"}]}, "invalid"),
        ({"allowed": []}, "invalid"),
        ({"priority": 65536}, "invalid"),
        ({"priority": "high"}, "badRequest"),
        ({"sourceRanges": ["10.0.0.1/8"]}, "invalid"),
        ({"direction": "INGRES"}, "invalid"),
        ({"direction": "EGRESS", "sourceTags": ["a"]}, "invalid"),
        ({"allowed": [{"IPProtocol": "tcp", "ports": ["80-70"]}]}, "invalid"),
        ({"allowed": [{"IPProtocol": "tcp", "ports": ["http"]}]}, "invalid"),
        ({"allowed": [{"IPProtocol": "icmp", "ports": ["1"]}]}, "invalid"),
        ({"allowed": [{"IPProtocol": "gopher"}]}, "invalid"),
        ({"allowed": [{"ports": ["80"]}]}, "required"),
        ({"allowed": {"IPProtocol": "tcp"}}, "badRequest"),
    ],
)
def test_rules_that_the_cloud_refuses(change: Any, reason: str) -> None:
    api = Api()
    assert api.refused("POST", FIREWALLS, rule() | change) == (400, reason)
    assert len(api.ask("GET", FIREWALLS)["items"]) == 4


def test_what_is_not_there_and_what_is_there_already(api: Api) -> None:
    api.do("POST", FIREWALLS, rule())
    assert api.refused("POST", FIREWALLS, rule()) == (409, "alreadyExists")
    nowhere = rule("g", network="global/networks/none")
    assert api.refused("POST", FIREWALLS, nowhere) == (404, "notFound")
    assert api.refused("DELETE", f"{FIREWALLS}/none") == (404, "notFound")


def test_a_network_goes_only_when_nothing_is_in_it(api: Api) -> None:
    api.do("POST", "global/networks", {"name": "own", "autoCreateSubnetworks": False})
    subnets = f"regions/{REGION}/subnetworks"
    subnet = {"name": "s", "network": "global/networks/own", "ipCidrRange": "10.9.0.0/24"}
    api.do("POST", subnets, subnet)
    overlapping = subnet | {"name": "t", "ipCidrRange": "10.9.0.0/16"}
    assert api.refused("POST", subnets, overlapping) == (400, "invalid")
    api.do("POST", FIREWALLS, rule(network="global/networks/own"))
    no_subnet = api.instance_body(networkInterfaces=[{"network": "global/networks/own"}])
    path = f"zones/{ZONE}/instances"
    assert api.refused("POST", path, no_subnet) == (400, "invalid")
    assert "custom subnet mode" in api.message
    named = {"subnetwork": f"regions/{REGION}/subnetworks/s"}
    instance = api.insert(networkInterfaces=[named])
    assert instance["networkInterfaces"][0]["network"].endswith("/own")

    used = (400, "resourceInUseByAnotherResource")
    assert api.refused("DELETE", "global/networks/own") == used
    assert "is already being used by" in api.message
    assert api.refused("DELETE", f"{subnets}/s") == used
    api.do("DELETE", f"{path}/one")
    api.do("DELETE", f"{subnets}/s")
    assert api.refused("DELETE", "global/networks/own") == used
    api.do("DELETE", f"{FIREWALLS}/f")
    api.do("DELETE", "global/networks/own")
    assert api.refused("GET", "global/networks/own") == (404, "notFound")


def test_a_reserved_address_is_kept(api: Api) -> None:
    path = f"regions/{REGION}/addresses"
    api.do("POST", path, {"name": "a", "labels": {"app": "shop"}})
    reserved = api.ask("GET", f"{path}/a")
    assert reserved["status"] == "RESERVED"
    nic = {"network": "global/networks/default", "accessConfigs": [{"natIP": reserved["address"]}]}
    instance = api.insert(networkInterfaces=[nic])
    assert instance["networkInterfaces"][0]["accessConfigs"][0]["natIP"] == reserved["address"]
    assert api.ask("GET", f"{path}/a")["users"] == [instance["selfLink"]]
    assert api.refused("DELETE", f"{path}/a") == (400, "resourceInUseByAnotherResource")
    api.do("DELETE", f"zones/{ZONE}/instances/one")
    assert api.ask("GET", f"{path}/a")["status"] == "RESERVED"
    found = api.ask("GET", "aggregated/addresses?filter=labels.app%3Dshop")["items"]
    assert [one["name"] for one in found[f"regions/{REGION}"]["addresses"]] == ["a"]
    api.do("DELETE", f"{path}/a")
    nic["accessConfigs"] = [{"natIP": "203.0.113.99"}]
    body = api.instance_body("two", networkInterfaces=[nic])
    assert api.refused("POST", f"zones/{ZONE}/instances", body) == (400, "invalid")


def test_disks_and_images_of_ones_own(api: Api) -> None:
    disks = f"zones/{ZONE}/disks"
    api.do("POST", disks, {"name": "data", "sizeGb": "20", "labels": {"a": "b"}})
    disk = api.ask("GET", f"{disks}/data")
    change = {"labels": {"c": "d"}, "labelFingerprint": disk["labelFingerprint"]}
    api.do("POST", f"{disks}/data/setLabels", change)
    found = api.ask("GET", "aggregated/disks?filter=labels.c%3Dd")["items"]
    assert [one["name"] for one in found[f"zones/{ZONE}"]["disks"]] == ["data"]
    unknown = {"name": "x", "type": f"zones/{ZONE}/diskTypes/floppy"}
    assert api.refused("POST", disks, unknown) == (404, "notFound")
    assert api.refused("POST", disks, {"name": "x", "sizeGb": "99999"}) == (400, "invalid")
    api.insert()
    api.do("POST", "global/images", {"name": "mine", "sourceDisk": f"{disks}/one", "family": "f"})
    body = api.instance_body("two")
    body["disks"][0]["initializeParams"]["sourceImage"] = "global/images/family/f"
    api.do("POST", f"zones/{ZONE}/instances", body)
    assert api.machine(api.instance("two")).image == "debian-12/guest-agent"
    api.do("DELETE", "global/images/mine")
    api.do("DELETE", f"{disks}/data")
