"""Compute Engine's instances as the contract's machines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from providers.contract.types import (
    TAG_MACHINE,
    TAG_TARGET,
    TAG_TOKEN,
    CloudMachine,
    MachineState,
)
from providers.gcp.errors import PROVIDER
from providers.gcp.names import last, located

if TYPE_CHECKING:
    from google.cloud.compute_v1.types import compute

_STATES: dict[str, MachineState] = {
    "PROVISIONING": "pending",
    "STAGING": "pending",
    "RUNNING": "running",
    "REPAIRING": "pending",
    "PENDING": "pending",
    "PENDING_STOP": "stopping",
    "STOPPING": "stopping",
    "SUSPENDING": "stopping",
    "STOPPED": "stopped",
    "SUSPENDED": "stopped",
    "TERMINATED": "stopped",
    "DEPROVISIONING": "terminated",
}
"""TERMINATED is a machine that was stopped: it keeps its disk and can be started. One that is
deleted is in no listing."""


def to_machine(instance: compute.Instance, region: str) -> CloudMachine:
    """One instance of an answer. A state that is not known is `pending`: it will pass."""
    tags = dict(instance.labels)
    zone = last(instance.zone)
    return CloudMachine(
        id=located(zone, instance.name),
        name=tags.get(TAG_MACHINE, ""),
        target=tags.get(TAG_TARGET, ""),
        provider=PROVIDER,
        region=region,
        zone=zone,
        type=last(instance.machine_type),
        state=_STATES.get(instance.status, "pending"),
        address=_public(instance),
        private_address=next(
            (card.network_i_p for card in instance.network_interfaces if card.network_i_p), None
        ),
        token=tags.get(TAG_TOKEN, ""),
        created=_utc(instance.creation_timestamp),
        tags=tags,
        market="spot" if instance.scheduling.provisioning_model == "SPOT" else "on-demand",
    )


def _public(instance: compute.Instance) -> str | None:
    for card in instance.network_interfaces:
        for access in card.access_configs:
            if access.nat_i_p:
                return str(access.nat_i_p)
    return None


def _utc(stamp: str) -> str:
    """An RFC 3339 time, which comes in the cloud's own time zone, in UTC."""
    try:
        return datetime.fromisoformat(stamp).astimezone(UTC).isoformat()
    except ValueError:
        return ""
