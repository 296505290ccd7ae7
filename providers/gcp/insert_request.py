"""A machine request as the instance that is inserted. Pure, and always the same."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from providers.contract.types import (
    TAG_MACHINE,
    TAG_TARGET,
    TAG_TOKEN,
    MachineRequest,
)
from providers.gcp.families import family_of
from providers.gcp.images import ROOT_DEVICE
from providers.gcp.labels import to_labels
from providers.gcp.names import machine_name, request_id

if TYPE_CHECKING:
    from google.cloud.compute_v1.types import compute

USER = "longshore"


def insert_request(
    request: MachineRequest, project: str, attempt: int
) -> compute.InsertInstanceRequest:
    """Everything comes from the request and nothing from the moment; only the request id
    depends on the attempt (see `names.request_id`)."""
    from google.cloud.compute_v1.types import compute

    return compute.InsertInstanceRequest(
        project=project,
        zone=request.zone,
        request_id=request_id(request.token, attempt),
        instance_resource=_instance(request),
    )


def identity_labels(request: MachineRequest) -> dict[str, str]:
    """What tells whose the machine and its disk are. Stands above `request.tags`."""
    return {
        **request.owner.tags,
        TAG_TARGET: request.target,
        TAG_MACHINE: request.name,
        TAG_TOKEN: request.token,
    }


def metadata(request: MachineRequest) -> dict[str, str]:
    """What the machine is told. No service account goes with it, and no project-wide key, so
    what can sign in is what stands here."""
    told = {
        "ssh-keys": f"{USER}:{request.key}",
        "block-project-ssh-keys": "TRUE",
        "enable-oslogin": "FALSE",
        # The console is read over the API; nothing is copied into the project's logs, and
        # nobody types at it.
        "serial-port-enable": "FALSE",
        "serial-port-logging-enable": "FALSE",
    }
    if request.image.boot == "cloud-init":
        told["user-data"] = base64.b64encode(request.user_data).decode("ascii")
        told["user-data-encoding"] = "base64"
    else:
        told["startup-script"] = request.user_data.decode("utf-8")
        # Where the guest agent publishes the host key that the machine makes.
        told["enable-guest-attributes"] = "TRUE"
    return dict(sorted(told.items()))


def _instance(request: MachineRequest) -> compute.Instance:
    from google.cloud.compute_v1.types import compute

    identity = identity_labels(request)
    name = machine_name(request.token)
    zone = f"zones/{request.zone}"
    made = compute.Instance(
        name=name,
        machine_type=f"{zone}/machineTypes/{request.type}",
        labels=to_labels({**request.tags, **identity}),
        tags=compute.Tags(items=[request.firewall]),
        metadata=compute.Metadata(
            items=[compute.Items(key=key, value=value) for key, value in metadata(request).items()]
        ),
        disks=[
            compute.AttachedDisk(
                boot=True,
                auto_delete=True,
                device_name=ROOT_DEVICE,
                initialize_params=compute.AttachedDiskInitializeParams(
                    disk_name=name,
                    disk_size_gb=request.disk_gib,
                    disk_type=f"{zone}/diskTypes/{family_of(request.type).disk_type}",
                    source_image=request.image.id,
                    labels=to_labels(identity),
                ),
            )
        ],
        network_interfaces=[
            compute.NetworkInterface(
                subnetwork=request.subnet,
                access_configs=[
                    compute.AccessConfig(
                        name="External NAT", type_="ONE_TO_ONE_NAT", network_tier="PREMIUM"
                    )
                ],
            )
        ],
        shielded_instance_config=compute.ShieldedInstanceConfig(
            # Not every Arm series and image can; where one cannot, the machine would not boot.
            enable_secure_boot=request.image.arch == "x86_64",
            enable_vtpm=True,
            enable_integrity_monitoring=True,
        ),
    )
    if request.market == "spot":
        made.scheduling = compute.Scheduling(
            provisioning_model="SPOT",
            instance_termination_action="DELETE",
            automatic_restart=False,
            on_host_maintenance="TERMINATE",
        )
    return made
