"""A machine request with everything in it."""

from __future__ import annotations

import gzip

from providers.contract.types import Image, MachineRequest, Market, Owner

USER_DATA = gzip.compress(b"#cloud-config\n{}\n", mtime=0)


def machine_request(market: Market = "on-demand") -> MachineRequest:
    return MachineRequest(
        token="0123456789abcdef0123456789abcdef",
        name="us-1",
        owner=Owner("shop", "production"),
        target="us",
        region="us-east-1",
        zone="us-east-1a",
        type="t3.small",
        image=Image("ami-1", "debian-12", "x86_64", "cloud-init", "/dev/xvda"),
        disk_gib=20,
        market=market,
        key="longshore-shop-production-0123456789",
        firewall="sg-1",
        subnet="subnet-1",
        tags={"longshore-hostkey": "a" * 52, "longshore-project": "not-this-one"},
        user_data=USER_DATA,
    )
