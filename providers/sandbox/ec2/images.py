"""Put the catalogue into moto: images into every region, parameters into SSM."""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow
from moto.ec2.models.amis import Ami, AmiBackend
from moto.ssm.models import Parameter, ParameterDict

from providers.sandbox.ec2.catalogue import IMAGES
from providers.sandbox.ec2.patching import replace_method

ROOT_SIZE = 8  # GiB, as the distributions' images have it


class PublicImage(Ami):
    """An image with the root disk that the distributions' images have."""

    @property
    def block_device_mappings(self) -> list[dict[str, Any]]:
        """One root disk that goes with its instance."""
        return [
            {
                "DeviceName": self.root_device_name,
                "Ebs": {
                    "SnapshotId": self.ebs_snapshot.id,
                    "VolumeSize": ROOT_SIZE,
                    "DeleteOnTermination": True,
                    "VolumeType": "gp3",
                    "Encrypted": False,
                },
            }
        ]


def install_images() -> None:
    """Replace moto's images and Amazon Linux parameters by the catalogue."""
    replace_method(AmiBackend, "_load_amis", _load_images)

    def check(self: Any, key: str) -> None:
        if not getattr(self, "catalogue_loaded", False):
            self.catalogue_loaded = True
            self.latest_amis_loaded = True
            _load_parameters(self)
        original(self, key)

    original = replace_method(ParameterDict, "_check_loading_status", check)


def _load_images(self: Any) -> None:
    for image in IMAGES:
        ami_id = image.ami_id(self.region_name)
        self.amis[ami_id] = PublicImage(
            self,
            ami_id,
            name=image.name,
            description=image.description,
            owner_id=image.owner,
            owner_alias="amazon" if image.description.startswith("Amazon") else None,
            public=True,
            virtualization_type="hvm",
            architecture=image.architecture,
            image_location=f"{image.owner}/{image.name}",
            hypervisor="xen",
            root_device_type="ebs",
            root_device_name=image.root_device,
            region_name=f"{self.region_name}a",
        )


def _load_parameters(parameters: Any) -> None:
    new_parameter: Any = Parameter  # typed as abstract, though moto itself makes them
    for image in IMAGES:
        for name in image.parameters:
            parameters[name].append(
                new_parameter(
                    account_id=parameters.account_id,
                    name=name,
                    value=image.ami_id(parameters.region_name),
                    parameter_type="String",
                    description=None,
                    allowed_pattern=None,
                    keyid=None,
                    last_modified_date=utcnow(),
                    version=1,
                    data_type="aws:ec2:image",
                )
            )
