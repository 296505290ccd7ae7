"""What a launch request leaves out and EC2 fills in."""

from __future__ import annotations

from typing import Any


def give_address(instance: Any, address: str) -> None:
    """Make the machine's address the instance's private one."""
    nic = instance.nics[0]
    nic.subnet.del_subnet_ip(nic.private_ip_address)
    nic.private_ip_address = address
    nic.private_ip_addresses = [{"Primary": True, "PrivateIpAddress": address}]
    nic.private_dns_name = instance.private_dns_name


def goes_with_instance(kwargs: dict[str, Any], index: int) -> bool:
    """Interfaces made with an instance go with it, unless the request says otherwise or named
    an existing one (API reference, InstanceNetworkInterfaceSpecification)."""
    for wanted in kwargs.get("nics") or []:
        if int(wanted.get("DeviceIndex", 0)) == index:
            return wanted.get("DeleteOnTermination", not wanted.get("NetworkInterfaceId")) is True
    return True


def complete_disks(backend: Any, image_id: str, kwargs: dict[str, Any]) -> None:
    """Fill in what the image says of the root disk where the request is silent."""
    image = backend.describe_images(ami_ids=[image_id])[0]
    defaults = image.block_device_mappings[0]
    wanted = kwargs.setdefault("block_device_mappings", [])
    root = next((disk for disk in wanted if disk["DeviceName"] == image.root_device_name), None)
    if root is None:
        root = {"DeviceName": image.root_device_name, "Ebs": {}}
        wanted.insert(0, root)
    for key in ("VolumeSize", "DeleteOnTermination", "VolumeType"):
        if root["Ebs"].get(key) is None:
            root["Ebs"][key] = defaults["Ebs"][key]
