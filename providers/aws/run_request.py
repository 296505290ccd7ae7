"""A machine request as the parameters of RunInstances. Pure, and always the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from providers.aws.tags import specification
from providers.contract.types import (
    TAG_MACHINE,
    TAG_TARGET,
    TAG_TOKEN,
    MachineRequest,
)

if TYPE_CHECKING:
    from types_boto3_ec2.literals import InstanceTypeType
    from types_boto3_ec2.type_defs import RunInstancesRequestTypeDef


def run_request(request: MachineRequest) -> RunInstancesRequestTypeDef:
    """Everything comes from the request and nothing from the moment: the same request is
    the same call, or EC2 answers IdempotentParameterMismatch to its token."""
    identity = identity_tags(request)
    parameters: RunInstancesRequestTypeDef = {
        "ClientToken": request.token,
        "MinCount": 1,
        "MaxCount": 1,
        "ImageId": request.image.id,
        # The stubs list the types they know; EC2 has newer ones every month.
        "InstanceType": cast("InstanceTypeType", request.type),
        "KeyName": request.key,
        # Bytes: the SDK encodes them as base64. The stubs know text only, which would be
        # encoded as UTF-8 first and spoil what is gzipped.
        "UserData": cast("str", request.user_data),
        "BlockDeviceMappings": [
            {
                "DeviceName": request.image.root_device,
                "Ebs": {
                    "VolumeSize": request.disk_gib,
                    "VolumeType": "gp3",
                    "Encrypted": True,
                    "DeleteOnTermination": True,
                },
            }
        ],
        "NetworkInterfaces": [
            {
                "DeviceIndex": 0,
                "SubnetId": request.subnet,
                "Groups": [request.firewall],
                "AssociatePublicIpAddress": True,
                "DeleteOnTermination": True,
            }
        ],
        "MetadataOptions": {
            "HttpEndpoint": "enabled",
            "HttpTokens": "required",
            "HttpPutResponseHopLimit": 1,
        },
        "TagSpecifications": [
            specification("instance", {**request.tags, **identity}),
            specification("volume", identity),
            specification("network-interface", identity),
        ],
    }
    if request.market == "spot":
        parameters["InstanceMarketOptions"] = {
            "MarketType": "spot",
            "SpotOptions": {
                "SpotInstanceType": "one-time",
                "InstanceInterruptionBehavior": "terminate",
            },
        }
    return parameters


def identity_tags(request: MachineRequest) -> dict[str, str]:
    """What tells whose the machine and its parts are. Stands above `request.tags`."""
    return {
        **request.owner.tags,
        TAG_TARGET: request.target,
        TAG_MACHINE: request.name,
        TAG_TOKEN: request.token,
        "Name": f"{request.owner.prefix}-{request.name}",
    }
