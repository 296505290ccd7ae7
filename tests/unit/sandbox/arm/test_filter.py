"""Security groups become one list of rules for the machine's packet filter."""

from __future__ import annotations

import ipaddress
from typing import Any

from providers.sandbox.firewall import Ingress
from tests.arm_api import Api, rule

DEPLOYER, STRANGER = "192.0.2.7", "198.51.100.9"


def lets_in(rules: frozenset[Ingress], source: str, port: int, protocol: str = "tcp") -> bool:
    """What the packet filter would do: the first rule that matches decides."""
    for one in sorted(rules, key=lambda one: (one.priority, not one.deny, one)):
        inside = ipaddress.ip_address(source) in ipaddress.ip_network(one.source)
        if inside and one.protocol in ("-1", protocol) and one.first <= port <= one.last:
            return not one.deny
    return False


def machine(api: Api, name: str, *rules: Any, subnet: tuple[Any, ...] | None = None) -> Any:
    """A machine with a public address and a security group of its own."""
    group = api.security(*rules, name=f"{name}-n")
    public = api.address(f"{name}-ip")["id"]
    nic = api.interface(f"{name}-nic", public, networkSecurityGroup={"id": group})["id"]
    if subnet is not None:
        whole = api.security(*subnet, name="subnet")
        properties = {"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {"id": whole}}
        api.do("PUT", "Microsoft.Network/virtualNetworks/v/subnets/s", {"properties": properties})
    api.machine(name, nic)
    return next(
        one for one in api.hosts.machines.values() if one.seed and one.address == ip(api, name)
    )


def ip(api: Api, name: str) -> str:
    shown = api.ask("GET", f"Microsoft.Network/publicIPAddresses/{name}-ip")
    return str(shown["properties"]["ipAddress"])


def test_only_what_is_allowed_comes_in(made: Api) -> None:
    one = machine(made, "a", rule("ssh", 100))
    assert lets_in(one.rules, DEPLOYER, 22)
    assert not lets_in(one.rules, DEPLOYER, 23)
    assert not lets_in(one.rules, DEPLOYER, 22, "udp")
    assert not lets_in(one.rules, STRANGER, 22)


def test_rules_are_in_force_when_the_answer_comes(made: Api) -> None:
    one = machine(made, "a")
    path = "Microsoft.Network/networkSecurityGroups/a-n/securityRules/web"
    made.call("PUT", path, rule("web", 200, destinationPortRange="80-81", sourceAddressPrefix="*"))
    assert lets_in(one.rules, STRANGER, 81)
    made.wait()
    made.call("DELETE", path)
    assert not lets_in(one.rules, STRANGER, 81)


def test_the_lowest_priority_decides(made: Api) -> None:
    one = machine(
        made,
        "a",
        rule("all", 300, sourceAddressPrefix="Internet", protocol="*", destinationPortRange="*"),
        rule("not-this", 200, sourceAddressPrefix=f"{STRANGER}/32", access="Deny"),
        rule("but-this", 150, sourceAddressPrefix=f"{STRANGER}/32", destinationPortRange="22"),
    )
    assert lets_in(one.rules, STRANGER, 22)
    assert lets_in(one.rules, STRANGER, 80)
    assert lets_in(one.rules, DEPLOYER, 53, "udp")


def test_both_groups_have_to_agree(made: Api) -> None:
    web = {"destinationPortRanges": ["80", "443"], "sourceAddressPrefix": "*"}
    web["destinationPortRange"] = None  # type: ignore[assignment]
    one = machine(
        made,
        "a",
        rule("web", 100, **web),
        rule("ssh", 110, sourceAddressPrefix="*"),
        subnet=(
            rule("some", 100, destinationPortRange="400-500", sourceAddressPrefix="*"),
            rule("deployer", 200, destinationPortRange="*"),
        ),
    )
    assert lets_in(one.rules, STRANGER, 443)
    assert not lets_in(one.rules, STRANGER, 80)
    assert not lets_in(one.rules, STRANGER, 22)
    assert lets_in(one.rules, DEPLOYER, 22)
    assert lets_in(one.rules, DEPLOYER, 80)


def test_machines_of_one_network_reach_each_other_until_a_rule_says_no(made: Api) -> None:
    one, two = machine(made, "a", rule("ssh", 100)), machine(made, "b")
    assert lets_in(one.rules, two.address, 5432)
    assert lets_in(two.rules, one.address, 5432)
    # A prefix of the subnet stands for the machines in it.
    made.do(
        "PUT",
        "Microsoft.Network/networkSecurityGroups/a-n/securityRules/no",
        rule("no", 300, access="Deny", sourceAddressPrefix="10.0.0.0/24", destinationPortRange="*"),
    )
    assert not lets_in(one.rules, two.address, 5432)
    made.do("DELETE", "Microsoft.Compute/virtualMachines/b")
    made.wait()
    assert not lets_in(one.rules, two.address, 22)


def test_without_any_group_nobody_comes_in_from_outside(made: Api) -> None:
    public = made.address("a-ip")["id"]
    made.machine("a", made.interface("a-nic", public)["id"])
    assert not lets_in(made.paper().rules, DEPLOYER, 22)


def test_without_a_public_address_nobody_comes_in_from_outside(made: Api) -> None:
    group = made.security(rule("ssh", 100, sourceAddressPrefix="*"))
    made.machine("a", made.interface("a-nic", networkSecurityGroup={"id": group})["id"])
    assert not lets_in(made.paper().rules, DEPLOYER, 22)


def test_a_rule_for_another_destination_is_not_for_this_machine(made: Api) -> None:
    one = machine(made, "a", rule("ssh", 100, destinationAddressPrefix="10.99.0.0/16"))
    assert not lets_in(one.rules, DEPLOYER, 22)
