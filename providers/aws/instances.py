"""EC2's instances as the contract's machines."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from providers.aws.errors import PROVIDER
from providers.aws.tags import from_aws
from providers.contract.types import (
    TAG_MACHINE,
    TAG_TARGET,
    TAG_TOKEN,
    CloudMachine,
    MachineState,
)

if TYPE_CHECKING:
    from types_boto3_ec2.type_defs import InstanceTypeDef

LIVE_STATES = ("pending", "running", "stopping", "stopped")
"""`shutting-down` is not among them: such an instance is on its way to terminated and can
be neither adopted nor kept."""

_STATES: dict[str, MachineState] = {
    "pending": "pending",
    "running": "running",
    "stopping": "stopping",
    "stopped": "stopped",
    "shutting-down": "terminated",
    "terminated": "terminated",
}


def to_machine(instance: InstanceTypeDef, region: str) -> CloudMachine:
    """One instance of an answer."""
    tags = from_aws(instance.get("Tags", []))
    launched = instance.get("LaunchTime")
    return CloudMachine(
        id=instance["InstanceId"],
        name=tags.get(TAG_MACHINE, ""),
        target=tags.get(TAG_TARGET, ""),
        provider=PROVIDER,
        region=region,
        zone=instance.get("Placement", {}).get("AvailabilityZone", ""),
        type=instance.get("InstanceType", ""),
        state=_STATES[instance["State"]["Name"]],
        address=instance.get("PublicIpAddress") or None,
        private_address=instance.get("PrivateIpAddress") or None,
        token=tags.get(TAG_TOKEN, ""),
        created=launched.astimezone(UTC).isoformat() if launched else "",
        tags=tags,
        market="spot" if instance.get("InstanceLifecycle") == "spot" else "on-demand",
    )


def has_ended(instance: InstanceTypeDef) -> bool:
    """Whether it is terminated or about to be."""
    return instance["State"]["Name"] in ("shutting-down", "terminated")
