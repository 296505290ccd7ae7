"""What EC2 refuses and moto accepts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.models.security_groups import SecurityGroupBackend

from providers.sandbox.ec2.patching import replace_method
from providers.sandbox.outer import machine_arch

USER_DATA_LIMIT = 16 * 1024  # bytes before base64 (EC2 user guide, "User data")


def check_user_data(data: bytes) -> None:
    """Refuse user data above the limit."""
    if len(data) > USER_DATA_LIMIT:
        raise EC2ClientError("InvalidParameterValue", "User data is limited to 16384 bytes")


def check_architecture(image: Any, instance_type: str) -> None:
    """Refuse an image that the type cannot run, and machines that this host cannot run."""
    info = INSTANCE_TYPES.get(instance_type, {}).get("ProcessorInfo", {})
    supported = info.get("SupportedArchitectures", [image.architecture])
    if image.architecture not in supported:
        raise EC2ClientError(
            "InvalidParameterValue",
            f"The architecture '{','.join(supported)}' of the specified instance type does not "
            f"match the architecture '{image.architecture}' of the specified AMI. Specify an "
            "instance type and an AMI that have matching architectures, and try again. You can "
            "use 'describe-instance-types' or 'describe-images' to discover the architecture of "
            "the instance type or AMI.",
        )
    if image.architecture != machine_arch():
        raise EC2ClientError(
            "Unsupported",
            f"The sandbox runs on a {machine_arch()} machine and cannot run {image.architecture} "
            "instances.",
        )


def check_token(token: str) -> None:
    """Refuse a token longer than the API reference allows."""
    if len(token) > 64:
        raise EC2ClientError(
            "InvalidParameterValue", "Client token must be at most 64 ASCII characters"
        )


def check_token_lives(instances: Iterable[Any]) -> None:
    """Refuse a token whose instances are all terminated (EC2 error codes, client errors)."""
    if all(instance._state.name == "terminated" for instance in instances):
        raise EC2ClientError(
            "IdempotentInstanceTerminated",
            "The instances of the request with this client token have been terminated.",
        )


def token_mismatch() -> EC2ClientError:
    """The answer to a known token with other parameters."""
    return EC2ClientError(
        "IdempotentParameterMismatch",
        "Arguments on this idempotent request are inconsistent with arguments used in previous "
        "request(s).",
    )


def install_group_refusal() -> None:
    """Security groups in use, or named by another group's rule, cannot be deleted."""

    def delete(self: Any, name: str | None = None, group_id: str | None = None) -> None:
        group = self.get_security_group_by_name_or_id(group_id or name)
        if group is not None:
            if group.name == "default":
                raise EC2ClientError(
                    "CannotDelete",
                    f'the specified group: "{group.id}" name: "default" '
                    "cannot be deleted by a user",
                )
            if _in_use(self, group):
                raise DependencyViolationError(f"resource {group.id} has a dependent object")
        original(self, name, group_id)

    original = replace_method(SecurityGroupBackend, "delete_security_group", delete)


def _in_use(backend: Any, group: Any) -> bool:
    if any(group in nic.group_set for nic in backend.enis.values()):
        return True
    return any(
        rule.source_group.get("GroupId") == group.id
        for groups in backend.groups.values()
        for other in groups.values()
        if other is not group
        for rule in other.ingress_rules + other.egress_rules
    )
