"""What a machine and a network are asked for with in these tests."""

from __future__ import annotations

from dataclasses import replace

from providers.azure.images import Urn
from providers.contract.types import (
    Image,
    MachineRequest,
    NetworkRequest,
    Owner,
    PortRule,
)
from tests.unit.azure.canned import REGION, TOKEN, id_of

OWNER = Owner("shop", "production")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh me"
SSH = PortRule(22, "tcp", "203.0.113.5/32", "longshore: me@laptop until 2026-02-03")
WEB = PortRule(80, "tcp", "0.0.0.0/0", "web")


def machine_request(**changes: object) -> MachineRequest:
    urn = Urn("Debian", "debian-12", "12-gen2", "0.20260101.1")
    request = MachineRequest(
        token=TOKEN,
        name="us-1",
        owner=OWNER,
        target="us",
        region=REGION,
        zone="1",
        type="Standard_B2s",
        image=Image(str(urn), "debian-12", "x86_64", "cloud-init", ""),
        disk_gib=40,
        market="on-demand",
        key=KEY,
        firewall=id_of("networkSecurityGroups", "fw"),
        subnet=f"{id_of('virtualNetworks', 'net')}/subnets/machines",
        tags={"longshore-trust": "initial", "Name": "us-1"},
        user_data=b"\x1f\x8bnot text",
    )
    return replace(request, **changes)  # type: ignore[arg-type]


def network_request(*rules: PortRule, subnet: str | None = None) -> NetworkRequest:
    return NetworkRequest(OWNER, "us", subnet, KEY, rules or (SSH, WEB))
