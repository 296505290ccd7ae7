"""The emulator's own shapes say what the SDK's models say."""

from __future__ import annotations

from enum import Enum
from typing import Any, Union, get_args, get_origin

import pytest
from azure.mgmt.compute import models as compute
from azure.mgmt.network import models as network
from azure.mgmt.resource.resources import models as resources

from providers.sandbox.arm.shapes import common
from providers.sandbox.arm.shapes import compute as compute_shapes
from providers.sandbox.arm.shapes import network as network_shapes
from providers.sandbox.arm.shapes.shape import ANY, Choice, Named, Record, Several, Shape
from tests.judges.models import fields_of

PAIRS: tuple[tuple[Record, type], ...] = (
    (network_shapes.VIRTUAL_NETWORK, network.VirtualNetwork),
    (network_shapes.SUBNET, network.Subnet),
    (network_shapes.SECURITY_GROUP, network.NetworkSecurityGroup),
    (network_shapes.PUBLIC_ADDRESS, network.PublicIPAddress),
    (network_shapes.INTERFACE, network.NetworkInterface),
    (compute_shapes.MACHINE, compute.VirtualMachine),
    (compute_shapes.MACHINE_PATCH, compute.VirtualMachineUpdate),
    (compute_shapes.DISK, compute.Disk),
    (common.RESOURCE_GROUP, resources.ResourceGroup),
    (common.TAGS_PATCH, resources.TagsPatchResource),
)
REFERENCES: tuple[Record, ...] = (
    common.SUB_RESOURCE,
    network_shapes.GROUP_REFERENCE,
    network_shapes.ADDRESS_REFERENCE,
    network_shapes.SUBNET_REFERENCE,
)
"""Other resources, named by their ids: of these the shapes show less than the models."""


def differences(shape: Shape, annotation: Any, place: str) -> list[str]:
    """Where a shape takes what the SDK's type does not, or the other way round."""
    options = [one for one in get_args(annotation) if one is not type(None)]
    if get_origin(annotation) is Union and len(options) == 1:
        annotation = options[0]
    if shape == ANY:
        return []
    if isinstance(shape, Choice):
        words = [one for one in options if isinstance(one, type) and issubclass(one, Enum)]
        known = {one.value for one in words[0]} if words else set()
        return [f"{place}: {word}" for word in set(shape.words) - known if words]
    if isinstance(shape, Several):
        return differences(shape.of, get_args(annotation)[0], f"{place}[]")
    if isinstance(shape, Named):
        return []
    if not isinstance(shape, Record):
        return []
    fields = fields_of(annotation)
    found = [f"{place}.{name}: unknown" for name in shape.members if name not in fields]
    if any(shape is one for one in REFERENCES):
        return found
    for name, field in fields.items():
        member = shape.members.get(name)
        if member is None:
            found.append(f"{place}.{name}: missing")
            continue
        # What comes back as it was sent out is settable for the SDK: an id, for one.
        if field.read_only and not member.read_only and name != "etag":
            found.append(f"{place}.{name}: settable")
        if not member.read_only:
            found += differences(member.resolve(), field.annotation, f"{place}.{name}")
    return found


@pytest.mark.parametrize(("shape", "model"), PAIRS, ids=[shape.name for shape, _ in PAIRS])
def test_shapes_and_models_agree(shape: Record, model: type) -> None:
    assert differences(shape, model, shape.name) == []
