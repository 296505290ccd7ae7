"""Azure Resource Manager called without a socket, machines on paper, and what to send it."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import pytest

from providers.sandbox.arm.account import make_account
from providers.sandbox.arm.dialect import Arm
from providers.sandbox.arm.settings import Settings
from providers.sandbox.arm.world import World
from providers.sandbox.faults import Fault
from providers.sandbox.rest.message import RestAnswer, RestRefusal, RestRequest
from tests.judges.traffic import Exchange
from tests.paper_hosts import PaperHosts

VERSIONS = {"Microsoft.Network": "2026-03-01", "Microsoft.Compute": "2026-04-01"}
OTHERS = {"skus": "2021-07-01", "disks": "2026-03-02"}
RESOURCES = "2025-04-01"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q me"
POLLS = 50


@dataclass
class Api:
    """`hosts` are the machines; `seen` is every exchange that was to be right. Time passes when
    `wait` says so."""

    hosts: PaperHosts = field(default_factory=PaperHosts)
    settings: Settings = field(default_factory=Settings)
    seen: list[Exchange] = field(default_factory=list)
    now: float = 0.0
    doomed: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.account = make_account("test", b"k" * 32, "header")
        self.world = World(
            self.account.subscription,
            self.account.tenant,
            self.hosts,
            threading.RLock(),
            self.account.tokens,
            settings=self.settings,
            clock=lambda: self.now,
        )
        self.arm = Arm(self.world)
        self.token = self.account.tokens.issue("x")[0]
        self.message = ""
        self.headers: dict[str, str] = {}

    @property
    def home(self) -> str:
        return f"/subscriptions/{self.account.subscription}"

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> RestAnswer:
        """One request; a path that does not begin with a slash is one of the group `g`."""
        if not path.startswith("/"):
            path = f"{self.home}/resourceGroups/g/providers/{path}"
        path, _, query = path.partition("?")
        parameters = dict(parse_qsl(query, keep_blank_values=True))
        parameters.setdefault("api-version", version_of(path))
        parameters = {name: value for name, value in parameters.items() if value != "-"}
        request = RestRequest(
            method,
            path,
            parameters,
            {"authorization": f"Bearer {self.token}", "host": "here", **(headers or {})},
            copy.deepcopy(body),
            lambda: self.doomed.pop(0) if self.doomed else None,
        )
        answer = self.arm.handle(request)
        self.headers = dict(answer.headers)
        self.seen.append(
            Exchange(
                "arm", method, path, parameters, copy.deepcopy(body), answer.status, answer.body
            )
        )
        return answer

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The body of a good answer."""
        answer = self.call(method, path, body, **more)
        assert answer.status < 300
        return answer.body

    def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
        """Status and code of a refusal; its body is kept in `error`, its words in `message`."""
        with pytest.raises(RestRefusal) as caught:
            self.call(method, path, body, **more)
        answer = self.arm.error(caught.value, "id")
        self.headers = dict(answer.headers)
        self.message = caught.value.message
        self.error: Any = answer.body["error"]  # type: ignore[index, call-overload]
        self.seen.append(
            Exchange(
                "arm",
                "GET",
                f"{self.home}/resourceGroups",
                {"api-version": "x"},
                None,
                answer.status,
                answer.body,
            )
        )
        return caught.value.status, caught.value.code

    def wait(self, seconds: float = 1.0) -> None:
        """Time passes, and somebody asks for something."""
        self.now += seconds
        self.ask("GET", self.home)

    def do(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """A change, followed to its end as the SDK follows it; what the resource is then."""
        answer = self.call(method, path, body, **more)
        link = answer.headers.get("Azure-AsyncOperation") or answer.headers.get("Location")
        if link is not None:
            self.finish(link)
        return self.ask("GET", path) if method == "PUT" else answer.body

    def finish(self, link: str) -> None:
        """An operation to its good end; it goes on at least once."""
        path = link.removeprefix("https://here")
        first = self.call("GET", path)
        assert first.status == 202 or first.body["status"] == "InProgress"  # type: ignore[index, call-overload]
        assert first.headers["Retry-After"] == "1"
        for _ in range(POLLS):
            self.now += 1
            answer = self.call("GET", path)
            if answer.status in (200, 204) and (
                not isinstance(answer.body, dict) or answer.body["status"] != "InProgress"
            ):
                assert not isinstance(answer.body, dict) or answer.body["status"] == "Succeeded"
                return
        raise AssertionError(f"goes on and on: {link}")

    def fails(self, method: str, path: str, body: Any = None) -> tuple[str, str]:
        """Code and words of an operation that begins well and ends badly."""
        answer = self.call(method, path, body)
        link = answer.headers["Azure-AsyncOperation"].removeprefix("https://here")
        self.ask("GET", link)
        self.now += 1
        shown = self.ask("GET", link)
        assert shown["status"] == "Failed"
        return shown["error"]["code"], shown["error"]["message"]

    def doom(self, code: str, message: str = "As you wished.") -> None:
        """The next operation that begins ends in this."""
        self.doomed.append(Fault("*", "operation", 200, code, message, 1))

    def group(self, location: str = "eastus", **more: Any) -> Any:
        return self.ask("PUT", f"{self.home}/resourceGroups/g", {"location": location, **more})

    def network(self, location: str = "eastus") -> str:
        """A network with one subnet, whose id is given."""
        properties = {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{"name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}],
        }
        body = {"location": location, "properties": properties}
        made = self.do("PUT", "Microsoft.Network/virtualNetworks/v", body)
        return str(made["properties"]["subnets"][0]["id"])

    def security(self, *rules: Any, name: str = "n") -> str:
        body = {"location": "eastus", "properties": {"securityRules": list(rules)}}
        made = self.do("PUT", f"Microsoft.Network/networkSecurityGroups/{name}", body)
        return str(made["id"])

    def address(self, name: str = "ip", location: str = "eastus", **more: Any) -> Any:
        body = {
            "location": location,
            "sku": {"name": "Standard"},
            "properties": {"publicIPAllocationMethod": "Static"},
            **more,
        }
        return self.do("PUT", f"Microsoft.Network/publicIPAddresses/{name}", body)

    def interface(self, name: str = "nic", public: str | None = None, **more: Any) -> Any:
        if self.world.store.find(self.subnet) is None and not self.world.store.records(
            "Microsoft.Network/virtualNetworks"
        ):
            self.network()
        configuration: dict[str, Any] = {"subnet": {"id": self.subnet}}
        if public is not None:
            configuration["publicIPAddress"] = {"id": public}
        properties = {"ipConfigurations": [{"name": "p", "properties": configuration}], **more}
        body = {"location": "eastus", "properties": properties}
        return self.do("PUT", f"Microsoft.Network/networkInterfaces/{name}", body)

    @property
    def subnet(self) -> str:
        return (
            f"{self.home}/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
        )

    def machine_body(self, nic: str, **properties: Any) -> dict[str, Any]:
        """The smallest request for a machine, with `properties` in it."""
        return {
            "location": "eastus",
            "properties": {
                "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
                "storageProfile": storage(),
                "osProfile": os_profile(),
                "networkProfile": {"networkInterfaces": [{"id": nic}]},
                **properties,
            },
        }

    def machine(self, name: str = "m", nic: str | None = None, **properties: Any) -> Any:
        """A machine that runs."""
        body = self.machine_body(nic or self.interface()["id"], **properties)
        return self.do("PUT", f"Microsoft.Compute/virtualMachines/{name}", body)

    def paper(self) -> Any:
        """The one machine on paper."""
        (found,) = self.hosts.machines.values()
        return found

    def names(self) -> list[str]:
        """The names of all resources."""
        return sorted(one["name"] for one in self.ask("GET", f"{self.home}/resources")["value"])


def version_of(path: str) -> str:
    parts = path.split("/")
    for namespace, version in VERSIONS.items():
        if namespace in parts:
            word = parts[parts.index(namespace) + 1]
            if "Microsoft.Resources" not in parts:
                return OTHERS.get(word, version)
    if "Microsoft.MarketplaceOrdering" in parts:
        return "2021-01-01"
    if "Microsoft.Authorization" in parts:
        return "2022-04-01"
    return RESOURCES


def storage(sku: str = "12-gen2", offer: str = "debian-12", **disk: Any) -> dict[str, Any]:
    image = {"publisher": "Debian", "offer": offer, "sku": sku, "version": "latest"}
    return {"imageReference": image, "osDisk": {"createOption": "FromImage", **disk}}


def os_profile(**more: Any) -> dict[str, Any]:
    return {
        "computerName": "one",
        "adminUsername": "longshore",
        "customData": "aGVsbG8=",
        "linuxConfiguration": {
            "disablePasswordAuthentication": True,
            "ssh": {
                "publicKeys": [{"path": "/home/longshore/.ssh/authorized_keys", "keyData": KEY}]
            },
        },
        **more,
    }


def rule(name: str, priority: int, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "properties": {
            "protocol": "Tcp",
            "sourcePortRange": "*",
            "destinationPortRange": "22",
            "sourceAddressPrefix": "192.0.2.7/32",
            "destinationAddressPrefix": "*",
            "access": "Allow",
            "priority": priority,
            "direction": "Inbound",
            **more,
        },
    }


def power(api: Api) -> list[str]:
    """The codes of a machine's instance view, provisioning first."""
    view = api.ask("GET", "Microsoft.Compute/virtualMachines/m/instanceView")
    return [one["code"] for one in view["statuses"]]
