"""EC2's instance states, and finding the instance that a machine belongs to."""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.ec2.models.instances import InstanceState

PENDING, RUNNING, SHUTTING_DOWN = ("pending", 0), ("running", 16), ("shutting-down", 32)
STOPPING = ("stopping", 64)


def find_instance(instance_id: str) -> Any:
    """The instance of that id in any region."""
    for regions in ec2_backends.values():
        for backend in list(regions.values()):
            found = backend.get_instance_by_id(instance_id)
            if found is not None:
                return found
    return None


def move(instance: Any, state: tuple[str, int]) -> None:
    """Put an instance into a state."""
    instance._state = InstanceState(*state)


def wrong_state(instance: Any) -> EC2ClientError:
    """The answer to an action that does not fit the state."""
    return EC2ClientError(
        "IncorrectInstanceState",
        f"The instance '{instance.id}' is not in a state from which this can be done "
        f"({instance._state.name}).",
    )
