"""Networks, security groups, addresses, interfaces: references, clashes, order of removal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.arm_api import Api, rule

NETWORK = "Microsoft.Network/virtualNetworks/v"
GROUP = "Microsoft.Network/networkSecurityGroups/n"
ADDRESS = "Microsoft.Network/publicIPAddresses/ip"
NIC = "Microsoft.Network/networkInterfaces/nic"


def test_changes_take_their_time(made: Api) -> None:
    body = {
        "location": "eastus",
        "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/8"]}},
    }
    answer = made.call("PUT", NETWORK, body)
    assert answer.status == 201
    assert made.ask("GET", NETWORK)["properties"]["provisioningState"] == "Updating"
    assert made.refused("PUT", NETWORK, body) == (429, "AnotherOperationInProgress")
    assert made.headers["Retry-After"] == "1"
    assert made.refused("PUT", f"{NETWORK}/subnets/s", {"properties": {}})[1] == (
        "AnotherOperationInProgress"
    )
    made.finish(answer.headers["Azure-AsyncOperation"])
    assert made.ask("GET", NETWORK)["properties"]["provisioningState"] == "Succeeded"
    assert made.call("PUT", NETWORK, body).status == 200


def test_a_subnet_that_is_being_made_cannot_be_used_yet(made: Api) -> None:
    made.network()
    made.call("PUT", f"{NETWORK}/subnets/t", {"properties": {"addressPrefix": "10.0.1.0/24"}})
    configuration = {"name": "p", "properties": {"subnet": {"id": made.subnet}}}
    body = {"location": "eastus", "properties": {"ipConfigurations": [configuration]}}
    assert made.refused("PUT", NIC, body) == (429, "RetryableError")
    assert made.error["details"][0]["code"] == "ReferencedResourceNotProvisioned"
    made.wait()
    assert made.call("PUT", NIC, body).status == 201


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({}, "InvalidRequestFormat"),
        ({"addressSpace": {"addressPrefixes": ["10.0.0.1/8"]}}, "InvalidCIDRNotation"),
        ({"addressSpace": {"addressPrefixes": ["ten"]}}, "InvalidAddressPrefixFormat"),
        ({"addressSpace": {"addressPrefix": ["10.0.0.0/8"]}}, "InvalidRequestFormat"),
        ({"addressSpace": {"addressPrefixes": "10.0.0.0/8"}}, "InvalidRequestFormat"),
        ({"provisioningState": "Succeeded"}, "InvalidRequestFormat"),
    ],
)
def test_what_no_network_can_be(made: Api, properties: dict[str, Any], code: str) -> None:
    body = {"location": "eastus", "properties": properties}
    assert made.refused("PUT", NETWORK, body) == (400, code)


def test_subnets_keep_to_their_network_and_apart(made: Api) -> None:
    made.network()
    put = ("PUT", f"{NETWORK}/subnets/t")
    outside = {"properties": {"addressPrefix": "192.168.0.0/24"}}
    assert made.refused(*put, outside) == (400, "NetcfgInvalidSubnet")
    above = {"properties": {"addressPrefix": "10.0.0.128/25"}}
    assert made.refused(*put, above) == (400, "NetcfgSubnetRangesOverlap")
    assert made.refused(*put, {"properties": {}}) == (400, "NoAddressPrefixOrPoolProvided")
    group = {"id": f"{made.home}/resourceGroups/g/providers/{GROUP}"}
    with_group = {"properties": {"addressPrefix": "10.0.1.0/24", "networkSecurityGroup": group}}
    assert made.refused(*put, with_group) == (400, "InvalidResourceReference")
    made.security()
    made.do(*put, with_group)
    names = [one["name"] for one in made.ask("GET", f"{NETWORK}/subnets")["value"]]
    assert names == ["s", "t"]
    assert made.refused("DELETE", GROUP) == (400, "InUseNetworkSecurityGroupCannotBeDeleted")
    made.do("DELETE", f"{NETWORK}/subnets/t")
    assert made.refused("GET", f"{NETWORK}/subnets/t") == (404, "NotFound")
    assert made.call("DELETE", f"{NETWORK}/subnets/t").status == 204
    nowhere = "Microsoft.Network/virtualNetworks/w/subnets/s"
    assert made.refused("PUT", nowhere, {"properties": {}}) == (404, "ParentResourceNotFound")


def test_a_network_without_its_subnets_loses_them(made: Api) -> None:
    made.network()
    bare = {
        "location": "eastus",
        "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
    }
    assert made.do("PUT", NETWORK, bare)["properties"]["subnets"] == []
    made.do("PUT", f"{NETWORK}/subnets/s", {"properties": {"addressPrefix": "10.0.0.0/24"}})
    made.interface()
    assert made.refused("PUT", NETWORK, bare) == (400, "InUseSubnetCannotBeDeleted")
    moved = {"properties": {"addressPrefix": "10.0.1.0/24"}}
    assert made.refused("PUT", f"{NETWORK}/subnets/s", moved) == (400, "InUsePrefixCannotBeDeleted")


def test_a_document_may_come_back_as_it_was_read(made: Api) -> None:
    made.network()
    made.interface()
    for path in (NETWORK, NIC):
        shown = made.ask("GET", path)
        shown["tags"] = {"a": "b"}
        answer = made.call("PUT", path, shown)
        made.seen.pop()  # the judge takes all of them for an offence, changed or not
        assert answer.status == 200
        made.wait()
        changed = {**shown, "etag": 'W/"other"'}
        assert made.refused("PUT", path, changed) == (400, "InvalidRequestFormat")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"priority": 99}, "SecurityRuleInvalidPriority"),
        ({"priority": 4097}, "SecurityRuleInvalidPriority"),
        ({"destinationPortRange": "70000"}, "SecurityRuleInvalidPortRange"),
        ({"destinationPortRange": "9-8"}, "SecurityRuleInvalidPortRange"),
        ({"sourceAddressPrefix": "everywhere"}, "SecurityRuleInvalidAddressPrefix"),
        ({"sourceAddressPrefix": None}, "SecurityRuleParameterNotSpecified"),
        ({"sourceAddressPrefixes": ["10.0.0.0/8"]}, "SecurityRuleParameterConflict"),
        ({"protocol": "tcp"}, "InvalidRequestFormat"),
        ({"access": "allow"}, "InvalidRequestFormat"),
        ({"priority": "100"}, "InvalidRequestFormat"),
        ({"direction": None}, "InvalidRequestFormat"),
        ({"port": 22}, "InvalidRequestFormat"),
    ],
)
def test_what_no_rule_can_be(made: Api, more: dict[str, Any], code: str) -> None:
    body = {
        "location": "eastus",
        "properties": {"securityRules": [rule("a", **{"priority": 100, **more})]},
    }
    assert made.refused("PUT", GROUP, body) == (400, code)


def test_rules_are_told_apart_by_priority_and_direction(made: Api) -> None:
    made.security(rule("a", 100))
    path = f"{GROUP}/securityRules"
    assert made.refused("PUT", f"{path}/b", rule("b", 100)) == (400, "SecurityRuleConflict")
    made.do("PUT", f"{path}/b", rule("b", 100, direction="Outbound"))
    made.do("PUT", f"{path}/A", rule("a", 101))
    names = [one["name"] for one in made.ask("GET", path)["value"]]
    assert names == ["a", "b"]
    assert len(made.ask("GET", f"{GROUP}/defaultSecurityRules")["value"]) == 6
    assert made.refused("PUT", f"{GROUP}/defaultSecurityRules/DenyAllInBound", rule("x", 100)) == (
        405,
        "MethodNotAllowed",
    )
    made.do("DELETE", f"{path}/a")
    assert made.refused("GET", f"{path}/a") == (404, "NotFound")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sku": {"name": "Basic"}}, "IPv4BasicSkuPublicIpCountLimitReached"),
        ({"sku": None}, "IPv4BasicSkuPublicIpCountLimitReached"),
        ({"sku": {"name": "standard"}}, "InvalidRequestFormat"),
        (
            {"properties": {"publicIPAllocationMethod": "Dynamic"}},
            "StandardAndStandardV2SkuPublicIPAddressesMustBeStatic",
        ),
        ({"properties": None}, "StandardAndStandardV2SkuPublicIPAddressesMustBeStatic"),
        ({"properties": {"publicIPAllocationMethod": "static"}}, "InvalidRequestFormat"),
        ({"zones": ["4"]}, "AvailabilityZoneNotSupported"),
        ({"location": "westus", "zones": ["1"]}, "AvailabilityZoneNotSupported"),
        ({"location": "mars"}, "LocationNotAvailableForResourceType"),
        ({"location": None}, "LocationRequired"),
    ],
)
def test_what_no_address_can_be(made: Api, change: dict[str, Any], code: str) -> None:
    body = {
        "location": "eastus",
        "sku": {"name": "Standard"},
        "properties": {"publicIPAllocationMethod": "Static"},
        **change,
    }
    assert made.refused("PUT", ADDRESS, body) == (400, code)


def test_names_are_checked_and_resources_stay_where_they_are(made: Api) -> None:
    body = {"location": "eastus", "properties": {"publicIPAllocationMethod": "Static"}}
    for name in ("-a", "a-", "a b", "x" * 81):
        path = f"Microsoft.Network/publicIPAddresses/{name}"
        assert made.refused("PUT", path, body) == (400, "InvalidResourceName")
    made.address()
    moved = {"location": "westus2", "sku": {"name": "Standard"}}
    assert made.refused("PUT", ADDRESS, moved) == (409, "InvalidResourceLocation")


def test_the_quota_of_addresses(made: Api) -> None:
    made.settings.take({"limits": {"eastus/StandardSkuPublicIpAddresses": 1}})
    made.address("one")
    body = {
        "location": "eastus",
        "sku": {"name": "Standard"},
        "properties": {"publicIPAllocationMethod": "Static"},
    }
    assert made.refused("PUT", ADDRESS, body) == (400, "PublicIPCountLimitReached")
    made.address("elsewhere", "westus2")
    usages = f"{made.home}/providers/Microsoft.Network/locations/eastus/usages"
    shown = {one["name"]["value"]: one for one in made.ask("GET", usages)["value"]}
    standard = shown["StandardSkuPublicIpAddresses"]
    assert (standard["currentValue"], standard["limit"]) == (1, 1)


def test_references_go_both_ways_and_say_what_cannot_be_removed(made: Api) -> None:
    group = made.security()
    public = made.address()["id"]
    nic = made.interface(public=public, networkSecurityGroup={"id": group})
    configuration = nic["properties"]["ipConfigurations"][0]["id"]
    shown = made.ask("GET", ADDRESS)["properties"]
    assert shown["ipConfiguration"] == {"id": configuration}
    assert (
        nic["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"]
        == (shown["ipAddress"])
    )
    assert made.ask("GET", GROUP)["properties"]["networkInterfaces"] == [{"id": nic["id"]}]
    subnet = made.ask("GET", f"{NETWORK}/subnets/s")["properties"]
    assert subnet["ipConfigurations"] == [{"id": configuration}]
    for path, code in (
        (ADDRESS, "PublicIPAddressCannotBeDeleted"),
        (GROUP, "InUseNetworkSecurityGroupCannotBeDeleted"),
        (f"{NETWORK}/subnets/s", "InUseSubnetCannotBeDeleted"),
        (NETWORK, "InUseSubnetCannotBeDeleted"),
    ):
        assert made.refused("DELETE", path) == (400, code)
    machine = made.machine(nic=nic["id"])
    assert made.refused("DELETE", NIC) == (400, "NicInUse")
    assert made.ask("GET", NIC)["properties"]["virtualMachine"] == {"id": machine["id"]}
    made.do("DELETE", "Microsoft.Compute/virtualMachines/m")
    for path in (NIC, ADDRESS, GROUP, NETWORK):
        made.do("DELETE", path)
        assert made.call("DELETE", path).status == 204
    assert made.hosts.pool._taken == set()


def test_an_interface_is_read_together_with_its_address(made: Api) -> None:
    made.interface(public=made.address()["id"])
    shown = made.ask("GET", f"{NIC}?$expand=ipConfigurations/publicIPAddress")
    configuration = shown["properties"]["ipConfigurations"][0]["properties"]
    assert configuration["publicIPAddress"] == made.ask("GET", ADDRESS)
    plain = made.ask("GET", NIC)["properties"]["ipConfigurations"][0]["properties"]
    assert set(plain["publicIPAddress"]) == {"id"}


@pytest.mark.parametrize(
    ("configuration", "code"),
    [
        ({}, "IpConfigurationMissingSubnet"),
        ({"subnet": {"id": "{vnet}/subnets/t"}}, "InvalidResourceReference"),
        ({"subnet": {"id": "nonsense"}}, "InvalidResourceReference"),
        ({"publicIPAddress": {"id": "{ip}x"}}, "InvalidResourceReference"),
        ({"publicIPAddress": {"id": "{ip}"}}, "PublicIPAddressInUse"),
        ({"privateIpAddress": "10.0.0.9"}, "InvalidRequestFormat"),
        ({"privateIPAllocationMethod": "static"}, "InvalidRequestFormat"),
        (
            {"privateIPAllocationMethod": "Static", "privateIPAddress": "10.1.0.9"},
            "PrivateIPAddressNotInSubnet",
        ),
        (
            {"privateIPAllocationMethod": "Static", "privateIPAddress": "10.0.0.3"},
            "PrivateIPAddressInReservedRange",
        ),
        (
            {"privateIPAllocationMethod": "Static", "privateIPAddress": "10.0.0.7"},
            "PrivateIPAddressIsAllocated",
        ),
    ],
)
def test_what_no_interface_can_be(made: Api, configuration: dict[str, Any], code: str) -> None:
    made.network()
    public = made.address()["id"]
    first = {
        "subnet": {"id": made.subnet},
        "publicIPAddress": {"id": public},
        "privateIPAllocationMethod": "Static",
        "privateIPAddress": "10.0.0.7",
    }
    body = {
        "location": "eastus",
        "properties": {"ipConfigurations": [{"name": "p", "properties": first}]},
    }
    made.do("PUT", "Microsoft.Network/networkInterfaces/first", body)
    vnet = made.subnet.removesuffix("/subnets/s")
    text = json.dumps(configuration).replace("{vnet}", vnet).replace("{ip}", public)
    filled = json.loads(text)
    given = {} if code == "IpConfigurationMissingSubnet" else {"subnet": {"id": made.subnet}}
    body["properties"] = {"ipConfigurations": [{"name": "p", "properties": {**given, **filled}}]}
    assert made.refused("PUT", NIC, body) == (400, code)


def test_interfaces_are_where_their_network_is(made: Api) -> None:
    made.network("westus2")
    configuration = {"name": "p", "properties": {"subnet": {"id": made.subnet}}}
    body = {"location": "eastus", "properties": {"ipConfigurations": [configuration]}}
    assert made.refused("PUT", NIC, body) == (400, "InvalidResourceReference")


def test_an_operation_that_is_to_fail_leaves_the_resource_failed(made: Api) -> None:
    made.doom("InternalServerError", "An error occurred.")
    body = {
        "location": "eastus",
        "sku": {"name": "Standard"},
        "properties": {"publicIPAllocationMethod": "Static"},
    }
    assert made.fails("PUT", ADDRESS, body) == ("InternalServerError", "An error occurred.")
    assert made.ask("GET", ADDRESS)["properties"]["provisioningState"] == "Failed"
    made.do("DELETE", ADDRESS)


def test_conditions_on_etags(made: Api) -> None:
    made.network()
    shown = made.ask("GET", NETWORK)
    body = {
        "location": "eastus",
        "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
    }
    for headers in ({"if-none-match": "*"}, {"if-match": 'W/"other"'}):
        assert made.refused("PUT", NETWORK, body, headers=headers) == (412, "PreconditionFailed")
    made.do("PUT", NETWORK, body, headers={"if-match": shown["etag"]})
