"""The create call of one machine, fully rendered."""

from __future__ import annotations

import uuid

from orchestrator.machines.boot import render_user_data
from orchestrator.machines.families import family_of_target
from orchestrator.machines.hostkeys import fingerprint, generate_host_key
from orchestrator.machines.playbook import load_playbook
from orchestrator.machines.render import render_script
from orchestrator.machines.startup import render_startup_script
from orchestrator.operations.choices import Spot
from orchestrator.operations.fleet import SSH_USER
from orchestrator.operations.ground import Ground
from orchestrator.operations.made_as import made_as
from orchestrator.spec.model import Target
from providers.contract.types import (
    TAG_HOST_KEY,
    TAG_MACHINE,
    TAG_MADE_AS,
    TAG_TARGET,
    TAG_TOKEN,
    TAG_TRUST,
    MachineRequest,
    Owner,
)


def new_request(
    name: str, target: Target, owner: Owner, public_key: str, ground: Ground, spot: Spot
) -> MachineRequest:
    """A request that no machine was ever made with: its token is new, and so is its host key,
    where the image takes one. `public_key` signs in."""
    token = f"{name}-{uuid.uuid4().hex[:20]}"
    hostname = f"{owner.project}-{owner.environment}-{name}"
    script = render_script(load_playbook("docker"), family_of_target(target.os), user=SSH_USER)
    pin = {}
    if ground.image.boot == "startup-script":
        user_data = render_startup_script(hostname, SSH_USER, public_key, script)
    else:
        host_key = generate_host_key(hostname)
        user_data = render_user_data(hostname, SSH_USER, public_key, host_key, script)
        pin = {TAG_HOST_KEY: fingerprint(host_key.public)}
    return MachineRequest(
        token=token,
        name=name,
        owner=owner,
        target=target.name,
        region=spot.offer.region,
        zone=spot.zone,
        type=spot.offer.type,
        image=ground.image,
        disk_gib=target.disk,
        market=target.market,
        key=ground.network.key,
        firewall=ground.network.firewall,
        subnet=spot.subnet,
        tags={
            **owner.tags,
            TAG_TARGET: target.name,
            TAG_MACHINE: name,
            TAG_TOKEN: token,
            **pin,
            TAG_TRUST: "initial",
            TAG_MADE_AS: made_as(target),
            "Name": hostname,
        },
        user_data=user_data,
    )
