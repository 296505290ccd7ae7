"""What RunInstances is told, exactly."""

from __future__ import annotations

import base64
from dataclasses import replace

from providers.aws.run_request import run_request
from tests.unit.aws.canned import Canned, instance, ran
from tests.unit.aws.requests import USER_DATA, machine_request

PARTS = [
    {"Key": "Name", "Value": "longshore-shop-production-us-1"},
    {"Key": "longshore-environment", "Value": "production"},
    {"Key": "longshore-machine", "Value": "us-1"},
    {"Key": "longshore-project", "Value": "shop"},
    {"Key": "longshore-target", "Value": "us"},
    {"Key": "longshore-token", "Value": "0123456789abcdef0123456789abcdef"},
]
HOST_KEY = {"Key": "longshore-hostkey", "Value": "a" * 52}


def test_everything_is_in_the_one_call() -> None:
    assert run_request(machine_request()) == {
        "ClientToken": "0123456789abcdef0123456789abcdef",
        "MinCount": 1,
        "MaxCount": 1,
        "ImageId": "ami-1",
        "InstanceType": "t3.small",
        "KeyName": "longshore-shop-production-0123456789",
        "UserData": USER_DATA,
        "BlockDeviceMappings": [
            {
                "DeviceName": "/dev/xvda",
                "Ebs": {
                    "VolumeSize": 20,
                    "VolumeType": "gp3",
                    "Encrypted": True,
                    "DeleteOnTermination": True,
                },
            }
        ],
        "NetworkInterfaces": [
            {
                "DeviceIndex": 0,
                "SubnetId": "subnet-1",
                "Groups": ["sg-1"],
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
            {
                "ResourceType": "instance",
                "Tags": sorted([*PARTS, HOST_KEY], key=lambda tag: tag["Key"]),
            },
            {"ResourceType": "volume", "Tags": PARTS},
            {"ResourceType": "network-interface", "Tags": PARTS},
        ],
    }


def test_spot_is_asked_for_once_and_ends_by_termination() -> None:
    request = run_request(machine_request("spot"))
    assert request["InstanceMarketOptions"] == {
        "MarketType": "spot",
        "SpotOptions": {
            "SpotInstanceType": "one-time",
            "InstanceInterruptionBehavior": "terminate",
        },
    }


def test_the_order_of_tags_does_not_matter() -> None:
    request = machine_request()
    turned = replace(request, tags=dict(reversed(list(request.tags.items()))))
    assert str(run_request(turned)) == str(run_request(request))


def test_user_data_arrives_as_it_is() -> None:
    canned = Canned(RunInstances=[ran(instance("pending"))])
    canned.calls.clients.ec2.run_instances(**run_request(machine_request()))
    assert base64.b64decode(canned.sent[0]["UserData"]) == USER_DATA
    assert canned.sent[0]["ClientToken"] == machine_request().token
