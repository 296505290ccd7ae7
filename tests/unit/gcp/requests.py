"""A machine request with everything in it."""

from __future__ import annotations

import gzip

from providers.contract.types import Arch, BootChannel, Image, MachineRequest, Market, Owner

USER_DATA = gzip.compress(b"#cloud-config\n{}\n", mtime=0)
SCRIPT = "#!/bin/sh\necho grüße\n".encode()
OWNER = Owner("shop", "production")
TOKEN = "us-1-0123456789abcdef0123"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ me"


def machine_request(
    market: Market = "on-demand",
    *,
    boot: BootChannel = "cloud-init",
    arch: Arch = "x86_64",
    type: str = "e2-small",
) -> MachineRequest:
    image = "ubuntu-2404-noble-amd64-v20260101"
    return MachineRequest(
        token=TOKEN,
        name="us-1",
        owner=OWNER,
        target="us",
        region="us-central1",
        zone="us-central1-a",
        type=type,
        image=Image(
            f"projects/ubuntu-os-cloud/global/images/{image}", "ubuntu-24.04", arch, boot, "boot"
        ),
        disk_gib=20,
        market=market,
        key=KEY,
        firewall="longshore-shop-production-us-1a2b3c4d",
        subnet="projects/shop-project/regions/us-central1/subnetworks/default",
        tags={
            "longshore-hostkey": "a" * 52,
            "longshore-project": "not-this-one",
            "Name": "shop-production-us-1",
        },
        user_data=USER_DATA if boot == "cloud-init" else SCRIPT,
    )
