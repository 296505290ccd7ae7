"""A machine as ARM shows it: its document, and its instance view."""

from __future__ import annotations

from datetime import UTC, datetime

from providers.sandbox.arm.document import Document, at
from providers.sandbox.arm.store import Record, stamp

SECRET = ("customData", "adminPassword")
POWER_WORDS = {
    "starting": "VM starting",
    "running": "VM running",
    "stopping": "VM stopping",
    "stopped": "VM stopped",
    "deallocating": "VM deallocating",
    "deallocated": "VM deallocated",
}


def show_machine(
    record: Record, *, instance_view: bool = False, user_data: bool = False
) -> Document:
    """The machine; secrets are never shown, user data and instance view when asked for."""
    properties = {
        name: value for name, value in record.properties.items() if name != "userData" or user_data
    }
    profile = properties.get("osProfile")
    if profile is not None:
        properties["osProfile"] = {
            name: value for name, value in profile.items() if name not in SECRET
        }
    properties["provisioningState"] = record.state
    properties["vmId"] = record.guid
    properties["timeCreated"] = stamp(record.made)
    if instance_view:
        properties["instanceView"] = show_instance(record)
    body = {name: value for name, value in record.body.items() if name != "properties"}
    return {
        "name": record.id.name,
        "id": str(record.id),
        "type": record.id.type,
        **body,
        "etag": f'"{record.etag}"',
        "properties": properties,
    }


def show_instance(record: Record) -> Document:
    """What can be seen of it at run time."""
    image = at(record.properties, "storageProfile", "imageReference") or {}
    time = stamp(record.changed)
    running = record.power == "running"
    disk = at(record.properties, "storageProfile", "osDisk", "name")
    view: Document = {
        "disks": [{"name": disk, "statuses": [_status(record, time)]}],
        "bootDiagnostics": {},
        "statuses": [_status(record, time)],
    }
    if record.power:
        view["statuses"].append(
            {
                "code": f"PowerState/{record.power}",
                "level": "Info",
                "displayStatus": POWER_WORDS[record.power],
            }
        )
    if running and record.state == "Succeeded":
        view["computerName"] = at(record.properties, "osProfile", "computerName")
        view["osName"] = str(image.get("offer", "")).partition("-")[0].lower()
        view["osVersion"] = str(image.get("sku", "")).partition("-")[0]
        view["hyperVGeneration"] = "V2"
        view["vmAgent"] = {
            "vmAgentVersion": "2.15.0.1",
            "statuses": [
                {
                    "code": "ProvisioningState/succeeded",
                    "level": "Info",
                    "displayStatus": "Ready",
                    "message": "Guest Agent is running",
                    "time": stamp(datetime.now(UTC)),
                }
            ],
            "extensionHandlers": [],
        }
    return view


def _status(record: Record, time: str) -> Document:
    if record.state == "Failed" and record.failure is not None:
        return {
            "code": f"ProvisioningState/failed/{record.failure.code}",
            "level": "Error",
            "displayStatus": "Provisioning failed",
            "message": record.failure.message,
            "time": time,
        }
    word = {"Creating": "creating", "Updating": "updating", "Deleting": "deleting"}.get(
        record.state, record.state.lower()
    )
    return {
        "code": f"ProvisioningState/{word}",
        "level": "Info",
        "displayStatus": f"Provisioning {word}" if word == "succeeded" else word.title(),
        "time": time,
    }
